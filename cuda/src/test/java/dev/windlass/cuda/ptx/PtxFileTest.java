package dev.windlass.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.ptx.LaunchBounds.Size;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from what NVRTC writes. */
class PtxFileTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plain | saxpy      | integer4, float4, *r float4, *rw float4
          plain | fill       | *w integer4, integer4, integer4
          plain | none       | ''
          plain | unused     | integer8, integer4
          plain | at         | *r float8, integer8(r float8), *w float8
          plain | byteAt     | *r bits1, integer8(r bits1), *w bits1
          plain | sums       | *r integer4, *r integer4, *w integer4
          plain | widths     | integer1, integer2, integer4, integer8(rw ?), float4, float8, integer1, *w integer8
          plain | copy       | *r bits2, *w bits2, integer4
          plain | choose     | *w integer4, *w integer4, integer1, integer4
          plain | count      | *r integer1, integer4, *rw integer4, *rw integer8
          plain | vectors    | *r float4, *w float8, integer4
          plain | calls      | *rw ?, *r float4, integer4
          plain | list       | integer8(rw ?), *w bits8
          plain | difference | integer8(rw ?), integer8(rw ?), *w bits8
          plain | reduce     | *r float4, *rw float4, integer4
          plain | bits       | *rw bits4, integer4
          plain | texture    | integer8, *w float4
          plain | async      | *r ?, *w bits4
          plain | prints     | *rw ?
          structs | point    | struct8, *w float4
          structs | mixed    | integer1, struct32, float4, *w float8
          structs | view     | struct16, *w float4
          structs | table    | struct64, integer4, *w bits4
          structs | empty    | struct1, *w bits4
          structs | aligned  | integer4, struct16, *w float4
          """)
  void parametersAreThoseOfTheSource(String file, String kernel, String parameters) {
    PtxFile ptx = PtxFile.parse(Ptx.resource(file));
    assertThat(Ptx.show(ptx.kernel(kernel).orElseThrow())).isEqualTo(parameters);
  }

  @Test
  void offsetsAndSize_areThoseOfTheAbi() {
    PtxFile structs = PtxFile.parse(Ptx.resource("structs"));
    KernelSignature mixed = structs.kernel("mixed").orElseThrow();
    assertThat(mixed.parameters()).extracting(Parameter::offset).containsExactly(0, 8, 40, 48);
    assertThat(mixed.parameters()).extracting(Parameter::alignment).containsExactly(1, 8, 4, 8);
    assertThat(mixed.parameterBytes()).isEqualTo(56);
    KernelSignature aligned = structs.kernel("aligned").orElseThrow();
    assertThat(aligned.parameters()).extracting(Parameter::offset).containsExactly(0, 16, 32);
    KernelSignature fill = PtxFile.parse(Ptx.resource("plain")).kernel("fill").orElseThrow();
    assertThat(fill.parameterBytes()).isEqualTo(16);
  }

  @Test
  void mangledNames_tellTypes_andWhatMemoryHolds() {
    PtxFile names = PtxFile.parse(Ptx.resource("names"));
    KernelSignature punned = names.kernel("_Z6punnedPf").orElseThrow();
    assertThat(Ptx.show(punned)).as("an int to the code").isEqualTo("*rw float4");
    KernelSignature fill = names.kernel("_ZN4math4fillIfEEvNS_6MatrixIT_EES2_PS2_").orElseThrow();
    assertThat(fill.parameters())
        .extracting(p -> p.cppType().orElseThrow())
        .containsExactly("math::Matrix<float>", "float", "float*");
    KernelSignature scale = names.kernel("_ZN4math5scaleEPdPKPKd5PointS5_PKS5_").orElseThrow();
    assertThat(Ptx.show(scale)).isEqualTo("*w float8, *r bits8, struct8, struct8, *r float4");
    assertThat(names.kernels())
        .allSatisfy(
            k -> assertThat(k.parameters()).allSatisfy(p -> assertThat(p.cppType()).isPresent()));
  }

  @Test
  void versionTargetAndBounds_areRead() {
    PtxFile ptx = PtxFile.parse(Ptx.resource("clusters"));
    assertThat(ptx.version()).hasToString("9.1");
    assertThat(ptx.version().firstCuda()).contains(new CudaVersion(13, 1));
    assertThat(ptx.target()).isEqualTo("sm_90");
    assertThat(ptx.kernel("pairs").orElseThrow().bounds())
        .isEqualTo(
            new LaunchBounds(
                Optional.empty(), Optional.empty(), 0, true, Optional.of(new Size(2, 1, 1)), 0));
    assertThat(ptx.kernel("most").orElseThrow().bounds())
        .isEqualTo(
            new LaunchBounds(
                Optional.of(new Size(128, 1, 1)), Optional.empty(), 1, false, Optional.empty(), 8));
    assertThat(ptx.kernel("nothing")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"7.8, 11.8", "8.5, 12.5", "8.8, 12.9", "9.0, 13.0"})
  void firstCuda_isThatOfTheManual(String ptx, String cuda) {
    String[] parts = ptx.split("\\.", -1);
    assertThat(new PtxVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])).firstCuda())
        .contains(CudaVersion.parse(cuda));
  }
}
