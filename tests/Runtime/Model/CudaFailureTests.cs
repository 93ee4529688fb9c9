namespace Twitch.Runtime.Tests;

/// <summary>What ONNX Runtime says on machines where CUDA is not whole, and what we make of it.</summary>
public class CudaFailureTests
{
    private const string Loading = "[ErrorCode:RuntimeException] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1952 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library ";

    [Theory]
    [InlineData(Loading + "/app/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory\n",
        "libcudnn.so.9 cannot be loaded; install the cuDNN that it belongs to and add its folder to LD_LIBRARY_PATH")]
    [InlineData(Loading + "libonnxruntime_providers_cuda.so with error: libcudnn_adv.so.9: cannot open shared object file: No such file or directory",
        "libcudnn_adv.so.9 cannot be loaded; install the cuDNN that it belongs to and add its folder to LD_LIBRARY_PATH")]
    [InlineData(Loading + "/app/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object file: No such file or directory",
        "libcublasLt.so.12 cannot be loaded; install the CUDA toolkit that it belongs to and add its folder to LD_LIBRARY_PATH")]
    [InlineData(Loading + "/app/libonnxruntime_providers_cuda.so with error: libcudart.so.13: cannot open shared object file: No such file or directory",
        "libcudart.so.13 cannot be loaded; install the CUDA toolkit that it belongs to and add its folder to LD_LIBRARY_PATH")]
    [InlineData(Loading + "/app/libonnxruntime_providers_cuda.so with error: libcuda.so.1: cannot open shared object file: No such file or directory",
        "libcuda.so.1 cannot be loaded; install the NVIDIA driver that it belongs to and check that with nvidia-smi")]
    [InlineData(Loading + "/app/libonnxruntime_providers_cuda.so with error: /app/libonnxruntime_providers_cuda.so: cannot open shared object file: No such file or directory",
        "libonnxruntime_providers_cuda.so cannot be loaded; it belongs beside the program: build that with -p:Accelerator=cuda and copy the whole published folder")]
    [InlineData("[ErrorCode:Fail] /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:129 std::conditional_t<...> [with ERRTYPE = cudaError] CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=host ; file=cuda_execution_provider.cc ; line=302 ; expr=cudaSetDevice(info_.device_id);\n at ...",
        "check with nvidia-smi that a GPU is there and the program may use it")]
    [InlineData("[ErrorCode:Fail] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=0", "install a newer NVIDIA driver")]
    [InlineData("[ErrorCode:Fail] Non-zero status code returned while running LSTM node. cuDNN is unavailable", "install cuDNN and add its folder to LD_LIBRARY_PATH")]
    [InlineData("[ErrorCode:Fail] This is an invalid model", "[ErrorCode:Fail] This is an invalid model; check the driver with nvidia-smi")]
    public void The_message_names_what_is_missing(string message, string expected)
    {
        string found = CudaFailure.Describe(message);

        Assert.EndsWith(expected, found, StringComparison.Ordinal);
        Assert.DoesNotContain("provider_bridge", found);
    }

    [Fact]
    public void The_whole_sentence_says_what_was_asked_for_and_what_else_there_is()
    {
        var cause = new DllNotFoundException(Loading + "/app/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file: No such file or directory");

        TwitchException error = CudaFailure.Of("CUDA cannot be used", cause);

        Assert.Equal("--provider is cuda, but CUDA cannot be used: libcudnn.so.9 cannot be loaded; install the cuDNN that it belongs to and add its folder to LD_LIBRARY_PATH, or use --provider cpu.", error.Message);
        Assert.Equal(ExitCode.Failed, error.ExitCode);
    }
}
