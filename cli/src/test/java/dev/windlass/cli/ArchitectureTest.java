package dev.windlass.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.windlass.core.WindlassException;
import dev.windlass.core.job.ComputeCapability;
import dev.windlass.core.job.GpuJob;
import dev.windlass.core.job.Memory;
import dev.windlass.core.jobfile.Imported;
import dev.windlass.core.jobfile.KubernetesManifest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** The design's arrows between modules and packages, and its rules for all code. */
@AnalyzeClasses(packages = "dev.windlass", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String CORE = "dev.windlass.core..";
  private static final String KUBE = "dev.windlass.kube..";
  private static final String CUDA = "dev.windlass.cuda..";

  @ArchTest
  static void all_modules_are_looked_at(JavaClasses all) {
    Set<String> modules =
        all.stream()
            .map(c -> c.getPackageName().replaceAll("^dev\\.windlass\\.(\\w+).*", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(modules).contains("core", "cuda", "kube", "examples");
  }

  @ArchTest
  static final ArchRule core_knows_no_kubernetes_no_cuda_and_no_command_line =
      classes()
          .that()
          .resideInAPackage(CORE)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              CORE,
              "java..",
              "",
              "org.slf4j..",
              "org.jspecify..",
              "com.fasterxml.jackson..",
              "org.yaml.snakeyaml..");

  @ArchTest
  static final ArchRule what_is_shipped_into_a_pod_needs_nothing_but_the_jdk =
      classes()
          .that()
          .resideInAPackage("dev.windlass.core.context..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.windlass.core.context..", "java..", "", "org.jspecify..");

  @ArchTest
  static final ArchRule the_program_in_the_digits_job_needs_nothing_but_core_context =
      classes()
          .that()
          .resideInAPackage("dev.windlass.examples.digits")
          .and()
          .doNotHaveSimpleName("DigitsTraining")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.windlass.examples.digits",
              "dev.windlass.core.context",
              "java..",
              "",
              "org.jspecify..");

  @ArchTest
  static final ArchRule the_root_of_core_knows_none_of_its_rooms =
      noClasses()
          .that()
          .resideInAPackage("dev.windlass.core")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.windlass.core.*..");

  @ArchTest
  static final ArchRule kube_knows_no_other_module_than_core_and_nothing_of_its_local_backend =
      noClasses()
          .that()
          .resideInAPackage(KUBE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.windlass.core.local..",
              "dev.windlass.cuda..",
              "dev.windlass.cli..",
              "dev.windlass.examples..",
              "picocli..");

  @ArchTest
  static final ArchRule cuda_knows_of_core_only_the_job_environment_and_values =
      classes()
          .that()
          .resideInAPackage(CUDA)
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                      CUDA,
                      "dev.windlass.core",
                      "dev.windlass.core.context",
                      "java..",
                      "",
                      "jdk.jfr",
                      "org.slf4j..",
                      "org.jspecify..",
                      "io.micrometer.core.instrument..",
                      "org.bytedeco..")
                  .or(belongToAnyOf(Memory.class, ComputeCapability.class)));

  /** Micrometer is an optional dependency: without it, one class cannot be used. */
  @ArchTest
  static final ArchRule only_one_class_needs_micrometer =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("dev.windlass.cuda.memory.MemoryMetrics")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.micrometer..");

  @ArchTest
  static final ArchRule native_code_is_touched_in_one_package_only =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.windlass.cuda.javacpp")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.bytedeco..");

  @ArchTest
  static final ArchRule packages_of_cuda_have_no_cycles =
      slices().matching("dev.windlass.cuda.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule nothing_knows_the_command_line =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.windlass.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.windlass.cli..", "picocli..");

  /** GpuJob.fromManifest is where users look for it, and leads back into the package that reads. */
  @ArchTest
  static final ArchRule packages_of_core_have_no_cycles =
      slices()
          .matching("dev.windlass.core.(*)..")
          .should()
          .beFreeOfCycles()
          .ignoreDependency(GpuJob.class, KubernetesManifest.class)
          .ignoreDependency(GpuJob.class, Imported.class);

  @ArchTest
  static final ArchRule packages_of_kube_have_no_cycles =
      slices().matching("dev.windlass.kube.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule a_package_is_a_capability_never_a_layer =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..impl..", "..util..", "..utils..", "..common..", "..helper..", "..helpers..");

  @ArchTest
  static void every_package_says_what_it_is_for_and_is_null_marked(JavaClasses all) {
    List<JavaPackage> packages = all.stream().map(JavaClass::getPackage).distinct().toList();
    assertThat(packages)
        .hasSizeGreaterThan(8)
        .allSatisfy(p -> assertThat(p.isAnnotatedWith(NullMarked.class)).as(p.getName()).isTrue());
  }

  /**
   * Progress goes to standard output, and what SIGTERM starts ends the process: in the pod. The
   * local backend's supervisor is a program of its own, whose standard error is a file.
   */
  @ArchTest
  static final ArchRule a_library_does_not_print =
      noClasses()
          .that()
          .resideInAnyPackage(CORE, KUBE, CUDA)
          .and()
          .resideOutsideOfPackage("dev.windlass.core.context")
          .and()
          .doNotHaveFullyQualifiedName("dev.windlass.core.local.JobRecord")
          .should(ACCESS_STANDARD_STREAMS);

  @ArchTest
  static final ArchRule a_library_does_not_exit =
      noClasses()
          .that()
          .resideInAnyPackage(CORE, KUBE, CUDA)
          .and()
          .resideOutsideOfPackage("dev.windlass.core.context")
          .should()
          .accessTargetWhere(
              describe(
                  "the JVM is ended",
                  (JavaAccess<?> access) ->
                      Set.of("java.lang.System", "java.lang.Runtime")
                              .contains(access.getTargetOwner().getName())
                          && Set.of("exit", "halt").contains(access.getName())));

  @ArchTest
  static final ArchRule what_a_library_throws_is_a_windlass_exception =
      classes()
          .that()
          .resideInAnyPackage(CORE, KUBE, CUDA)
          .and()
          .areAssignableTo(Throwable.class)
          .and()
          .arePublic()
          .should()
          .beAssignableTo(WindlassException.class);
}
