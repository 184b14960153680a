package dev.windlass.cuda;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the module, and which way they look. */
@AnalyzeClasses(packages = "dev.windlass.cuda", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule no_room_knows_the_root =
      noClasses()
          .that()
          .resideInAPackage("dev.windlass.cuda.*..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.windlass.cuda");

  @ArchTest
  static final ArchRule rooms_have_no_cycles =
      slices().matching("dev.windlass.cuda.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nobody_knows_what_is_native =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.windlass.cuda.javacpp")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.windlass.cuda.javacpp", "org.bytedeco..");

  @ArchTest
  static final ArchRule what_is_native_has_no_policy =
      noClasses()
          .that()
          .resideInAPackage("dev.windlass.cuda.javacpp")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.windlass.cuda.memory..", "dev.windlass.cuda.ptx", "dev.windlass.cuda.fault");

  @ArchTest
  static final ArchRule a_pool_knows_no_report =
      noClasses()
          .that()
          .resideInAPackage("dev.windlass.cuda.memory.pool")
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "dev\\.windlass\\.cuda\\.memory\\.(Statistics|Allocation.*|MemoryTimeline"
                  + "|LeakDetector|FailureCallback)");
}
