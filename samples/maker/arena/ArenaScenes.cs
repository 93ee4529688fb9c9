namespace Maker.Arena;

/// <summary>Paints the arena. What matters is small and brief; what fills the picture means nothing: the light's colour, the crowd, passers-by,
/// banners, stones and bushes.</summary>
internal sealed class ArenaScenes(ArenaPlan plan, Canvas canvas)
{
    private static readonly Colour Red = new(225, 40, 40), Blue = new(45, 80, 230), Dark = new(28, 26, 30), Bone = new(240, 236, 220), Gold = new(250, 200, 40);

    /// <summary>Paints the picture at a moment.</summary>
    public void Paint(double time)
    {
        var light = new Random((int)(time / 23) * 7919 + 11);
        int red = light.Next(-45, 46), green = light.Next(-45, 46), blue = light.Next(-45, 46);
        canvas.Box(0, 0, canvas.Width, 34, new Colour(92, 84, 100).Shifted(red, green, blue));
        canvas.Box(0, 34, canvas.Width, 56, new Colour(170, 140, 96).Shifted(red, green, blue));
        Crowd(time);
        Bystanders(time);
        Health(time);
        canvas.Disc(147, 11, 6, Dark);
        canvas.Disc(147, 11, 4.5, plan.IsLit(time) ? new(255, 240, 120) : new(60, 56, 58));
        canvas.Box(10, 16, 2, 40, new(70, 50, 36));
        foreach (Happening<Act> act in plan.Acts)
        {
            double age = time - act.Start;
            if (age is >= 0 and < 8)
                Show(act, age);
        }
    }

    private void Show(Happening<Act> act, double age)
    {
        const double Second = ArenaPlan.FlagTime + ArenaPlan.FlagGap;
        var look = new Random(act.Look);
        double x = 30 + 110 * look.NextDouble(), y = 54 + 26 * look.NextDouble();
        switch (act.What)
        {
            case Act.RedThenBlue when age < ArenaPlan.FlagTime: Flag(Red); break;
            case Act.RedThenBlue when age is >= Second and < Second + ArenaPlan.FlagTime: Flag(Blue); break;
            case Act.BlueThenRed when age < ArenaPlan.FlagTime: Flag(Blue); break;
            case Act.BlueThenRed when age is >= Second and < Second + ArenaPlan.FlagTime: Flag(Red); break;
            case Act.LoneRed when age < ArenaPlan.FlagTime: Flag(Red); break;
            case Act.LoneBlue when age < ArenaPlan.FlagTime: Flag(Blue); break;
            case Act.BallToRight when age < ArenaPlan.BallTime: canvas.Disc(24 + 130 * age / ArenaPlan.BallTime, y, 5, Bone); break;
            case Act.BallToLeft when age < ArenaPlan.BallTime: canvas.Disc(154 - 130 * age / ArenaPlan.BallTime, y, 5, Bone); break;
            case Act.Key when age < ArenaPlan.ItemTime:
                canvas.Disc(x, y, 4, Gold);
                canvas.Box(x + 3, y - 1, 11, 3, Gold);
                canvas.Box(x + 10, y, 3, 5, Gold);
                break;
            case Act.Gem when age < ArenaPlan.ItemTime:
                canvas.Spike(x, y, 13, 7, new(60, 235, 235));
                canvas.Spike(x, y, 13, -7, new(40, 190, 220));
                break;
            case Act.Beast when age < ArenaPlan.BeastTime:
                double step = 3 * Math.Sin(5 * age);
                canvas.Oval(x, y - 6, 13, 9, new(120, 30, 150));
                canvas.Box(x - 9 + step, y + 1, 4, 6, new(90, 20, 120));
                canvas.Box(x + 5 - step, y + 1, 4, 6, new(90, 20, 120));
                canvas.Box(x - 6, y - 9, 3, 3, Gold);
                canvas.Box(x + 3, y - 9, 3, 3, Gold);
                break;
        }
    }

    private void Flag(Colour colour) => canvas.Box(12, 17, 17, 12, colour);

    private void Health(double time)
    {
        int health = plan.Health(time);
        canvas.Box(4, 3, 66, 9, Dark);
        for (int part = 0; part < health; part++)
            canvas.Box(6 + 12.5 * part, 5, 12, 5, new(70, 220, 80));
    }

    private void Crowd(double time)
    {
        for (int i = 0; i < 60; i++)
        {
            var face = new Random(i);
            double x = 32 + face.Next(100), y = 15 + face.Next(15) + 1.5 * Math.Sin(time * (1 + face.NextDouble()) + i);
            canvas.Box(x, y, 3, 3, new(120 + face.Next(120), 90 + face.Next(100), 80 + face.Next(90)));
        }
        var banner = new Random((int)(time / 6.5) * 31 + 5);
        canvas.Box(120 + banner.Next(16), 15, 9, 14, new(banner.Next(60, 220), banner.Next(60, 220), banner.Next(60, 220)));
    }

    // Two people who walk to and fro in clothes that change, a fighter who never goes, stones and a bush in changing places.
    private void Bystanders(double time)
    {
        var place = new Random((int)(time / 17) * 131 + 3);
        for (int stone = 0; stone < 3; stone++)
            canvas.Disc(30 + place.Next(120), 50 + place.Next(36), 3 + place.Next(3), new(112, 110, 116));
        canvas.Oval(30 + place.Next(120), 52 + place.Next(30), 12, 8, new(50, 120 + place.Next(60), 50));
        for (int walker = 0; walker < 2; walker++)
        {
            var clothes = new Random((int)(time / 11) * 17 + walker);
            double x = 88 + 62 * Math.Sin(time / (5 + 2 * walker) + 2 * walker);
            canvas.Box(x, 46 + 16 * walker, 6, 11, new(clothes.Next(30, 230), clothes.Next(30, 230), clothes.Next(30, 230)));
            canvas.Disc(x + 3, 43 + 16 * walker, 3, new(235, 185, 150));
        }
        canvas.Box(76, 40 + 2 * Math.Sin(time * 3), 8, 14, new(60, 62, 70));
        canvas.Disc(80, 37 + 2 * Math.Sin(time * 3), 4, new(235, 185, 150));
    }
}
