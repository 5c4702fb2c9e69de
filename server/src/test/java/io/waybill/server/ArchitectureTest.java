package io.waybill.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Keeps the table of packages in the README true. */
@AnalyzeClasses(
    packages = "io.waybill.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.waybill.server";

  @ArchTest
  static final ArchRule theDomainIsPlainJava =
      classes()
          .that()
          .resideInAPackage(ROOT + ".upload")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(ROOT + ".upload", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule grpcStaysInGrpc =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".grpc", ROOT, ROOT + ".dev")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.grpc..", "io.waybill.v1..", "com.google.protobuf..", "com.google.rpc..");

  @ArchTest
  static final ArchRule sqlStaysInSql =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".sql")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.jdbi..",
              "java.sql..",
              "javax.sql..",
              "org.sqlite..",
              "org.flywaydb..",
              "com.zaxxer..",
              "org.postgresql..");

  @ArchTest
  static final ArchRule theAwsSdkStaysInItsAdapters =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".s3", ROOT + ".events", ROOT + ".dev")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon..");

  @ArchTest
  static final ArchRule eventsKnowNothingOfS3ButWhatIsSaidOfIt =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".events")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT, ROOT + ".(auth|dev)", "software.amazon.awssdk.services.s3..");

  @ArchTest
  static final ArchRule tokensStayInAuth =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".auth", ROOT + ".dev")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.nimbusds..");

  @ArchTest
  static final ArchRule authKnowsTheDomainAlone =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".auth")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT, ROOT + ".(grpc|sql|s3|events|ops|dev)");

  @ArchTest
  static final ArchRule onlyGrpcAsksWhoIsCalling =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT, ROOT + ".grpc", ROOT + ".auth", ROOT + ".dev")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".auth");

  @ArchTest
  static final ArchRule tikaStaysInContent =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".content")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.tika..");

  @ArchTest
  static final ArchRule adaptersDoNotKnowEachOther =
      slices().matching(ROOT + ".(grpc|sql|s3|events|content)").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule nothingThatShipsKnowsDev =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".dev")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT + ".dev", "io.waybill.client..", "org.gaul..");

  @ArchTest
  static final ArchRule opsKnowsNothingOfWaybill =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".ops")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT, ROOT + ".(upload|grpc|auth|sql|s3|events|content|dev)");

  @ArchTest
  static final ArchRule storesAndContentLogOnTheirOwn =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + ".sql", ROOT + ".s3", ROOT + ".content")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT, ROOT + ".ops");
}
