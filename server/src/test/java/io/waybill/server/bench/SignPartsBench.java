package io.waybill.server.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What SignParts costs the whole server: with our signer, with the SDK's, and with none. */
final class SignPartsBench implements Benchmark {
  private static final int UPLOADS = 256;
  private static final int CALLERS = 4;
  private static final int MANY = 1_000;
  private static final int SOME = 100;

  @Override
  public String name() {
    return "signparts";
  }

  @Override
  public void run(Settings settings, Figures figures) throws Exception {
    Sessions sessions = Sessions.of(settings, UPLOADS, 1);
    Path scratch = settings.scratch();
    try (ServerProcess ours = ServerProcess.waybill(sessions.copyTo(scratch.resolve("sign-ours")));
        ServerProcess sdk =
            ServerProcess.withSigner("sdk", sessions.copyTo(scratch.resolve("sign-sdk")));
        ServerProcess constant =
            ServerProcess.withSigner("constant", sessions.copyTo(scratch.resolve("sign-none")))) {
      List<String> ids = Sessions.ids(ours.folder());
      try (var oursMany = new Load<>(ours, CALLERS, new Signings(ids, MANY));
          var sdkMany = new Load<>(sdk, CALLERS, new Signings(ids, MANY));
          var oursSome = new Load<>(ours, CALLERS, new Signings(ids, SOME));
          var constantSome = new Load<>(constant, CALLERS, new Signings(ids, SOME))) {
        Rounds rounds = Rounds.run(settings, oursMany, sdkMany, oursSome, constantSome);
        double many = rounds.median(oursMany, Load.Round::cpuNanosPerCall);
        double manySdk = rounds.median(sdkMany, Load.Round::cpuNanosPerCall);
        double some = rounds.median(oursSome, Load.Round::cpuNanosPerCall);
        double someConstant = rounds.median(constantSome, Load.Round::cpuNanosPerCall);
        figures.put(Figure.SIGNPARTS1000_CPU_VS_S3PRESIGNER, manySdk / many);
        figures.put(Figure.SIGNPARTS100_VS_CONSTANT, some / someConstant);
        figures.note(
            String.format(
                Locale.ROOT,
                "SignParts, server CPU: of 1,000 ours %.2f ms, S3Presigner %.1f ms;"
                    + " of 100 ours %.0f µs, constant URLs %.0f µs",
                many / 1e6,
                manySdk / 1e6,
                some / 1e3,
                someConstant / 1e3));
      }
    }
  }
}
