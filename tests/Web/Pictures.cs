using OpenCvSharp;

namespace Twitch.Web.Tests;

/// <summary>PNG pictures that stand for emotes, a sampled frame and a log-mel.</summary>
internal static class Pictures
{
    public static byte[] Disc(int size, byte red, byte green, byte blue)
    {
        const int Finer = 8;
        int wide = size * Finer;
        using var large = new Mat(wide, wide, MatType.CV_8UC4, new Scalar(blue, green, red, 0));
        Cv2.Circle(large, new Point(wide / 2, wide / 2), wide / 2 - Finer, new Scalar(blue, green, red, 255), thickness: -1);
        Cv2.Circle(large, new Point(wide / 3, wide * 2 / 5), wide / 12, new Scalar(40, 20, 30, 255), thickness: -1);
        Cv2.Circle(large, new Point(wide * 2 / 3, wide * 2 / 5), wide / 12, new Scalar(40, 20, 30, 255), thickness: -1);
        Cv2.Ellipse(large, new Point(wide / 2, wide * 3 / 5), new Size(wide / 4, wide / 6), 0, 10, 170, new Scalar(40, 20, 30, 255), wide / 16);
        using var picture = new Mat();
        Cv2.Resize(large, picture, new Size(size, size), interpolation: InterpolationFlags.Area);
        return Encode(picture);
    }

    /// <summary>A pitch with two players and a ball, as small as the model sees it.</summary>
    public static byte[] Frame()
    {
        using var picture = new Mat(54, 96, MatType.CV_8UC3, new Scalar(62, 128, 54));
        for (int x = 0; x < 96; x += 16)
            Cv2.Rectangle(picture, new Rect(x, 10, 8, 44), new Scalar(54, 116, 48), thickness: -1);
        Cv2.Rectangle(picture, new Rect(0, 0, 96, 10), new Scalar(70, 58, 52), thickness: -1);
        Cv2.Line(picture, new Point(48, 10), new Point(48, 54), Scalar.All(220));
        Cv2.Circle(picture, new Point(48, 32), 10, Scalar.All(220));
        Cv2.Rectangle(picture, new Rect(26, 24, 4, 9), new Scalar(60, 60, 220), thickness: -1);
        Cv2.Rectangle(picture, new Rect(66, 30, 4, 9), new Scalar(230, 150, 60), thickness: -1);
        Cv2.Circle(picture, new Point(37, 38), 1, Scalar.All(255), thickness: -1);
        return Encode(picture);
    }

    /// <summary>Two gliding tones over noise, 64 bands of 10 s.</summary>
    public static byte[] Mel()
    {
        using var bands = new Mat(64, 300, MatType.CV_8UC1);
        var random = new Random(7);
        for (int time = 0; time < 300; time++)
        {
            for (int band = 0; band < 64; band++)
            {
                double low = 12 + 6 * Math.Sin(time / 40.0), high = 34 + 14 * Math.Sin(time / 70.0 + 1);
                double power = Math.Exp(-Math.Pow((band - low) / 2, 2)) + 0.7 * Math.Exp(-Math.Pow((band - high) / 2.5, 2)) + 0.5 * Math.Exp(-band / 9.0);
                bands.Set(63 - band, time, (byte)Math.Clamp(190 * power + random.Next(40), 0, 255));
            }
        }

        using var picture = new Mat();
        Cv2.ApplyColorMap(bands, picture, ColormapTypes.Magma);
        return Encode(picture);
    }

    private static byte[] Encode(Mat picture)
    {
        Cv2.ImEncode(".png", picture, out byte[] png);
        return png;
    }
}
