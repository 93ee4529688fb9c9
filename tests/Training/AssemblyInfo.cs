// Torch takes every core it finds and counts its tensors over the whole process: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
