package dev.windlass.cuda.ptx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MangledNameTest {
  /** What a demangler of a C++ toolchain says, too. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          _Z5saxpyifPKfPf                            | int; float; const float*; float*
          _Z4nonev                                   | ''
          _Z5timesIfLi4EEvPT_PKS0_                   | float*; const float*
          _Z4manyIJifdEEvPiDpT_                      | int*; int; float; double
          _Z4manyIJEEvPiDpT_                         | int*
          _Z4mode4ModePViPi                          | Mode; volatile int*; int*
          _Z8callbackPFviEPA4_i6float4Pf             | void (*)(int); int (*)[4]; float4; float*
          _Z3twoPPA2_A3_f                            | float (**)[2][3]
          _ZN12_GLOBAL__N_16hiddenEPf                | float*
          _ZL6hiddenPf                               | float*
          _ZN4math5scaleEPdPKPKd5PointS5_PKS5_       | double*; const double* const*; Point; Point; const Point*
          _ZN4math4fillIfEEvNS_6MatrixIT_EES2_PS2_   | math::Matrix<float>; float; float*
          _Z1fN1a1b1cIiEES2_PKS2_                    | a::b::c<int>; a::b::c<int>; const a::b::c<int>*
          _Z1fSt4pairIifE                            | std::pair<int, float>
          _Z1fI3BoxIiEEvT_PS2_                       | Box<int>; Box<int>*
          _Z1fRKiOf                                  | const int&; float&&
          _Z1fPKvPv                                  | const void*; void*
          _Z1fILb1EEvPh                              | unsigned char*
          _Z1fPDhDn                                  | _Float16*; std::nullptr_t
          """)
  void parameterTypes_areThoseOfTheSource(String mangled, String types) {
    assertThat(MangledName.parameterTypes(mangled))
        .contains(types.isEmpty() ? List.of() : List.of(types.split("; ")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "saxpy",
        "",
        "_Z",
        "_Z5saxp",
        "_Z5saxpy",
        "_Z5saxpyi_",
        "_Z1fS_",
        "_Z1fPT_",
        "_Z1fIiEv",
        "_ZN1aE",
        "_Z1fDv4_f",
        "_Z1fU3fooi",
        "_Z1fIXadL_Z1gvEEEvv",
        "_ZZ1fvE1g",
        "_Z1fDTfp_E",
        "_ZN1aC1Ev",
        "_Z99999999999999fi",
        "_Z1fi.constprop.0",
        "_Z1fSsi"
      })
  void whatIsNotReadHere_givesNothing(String name) {
    assertThat(MangledName.parameterTypes(name)).isEmpty();
  }

  @Property
  void anyText_endsInTypesOrNothing(@ForAll("nearly") String text) {
    MangledName.parameterTypes("_Z1f" + text)
        .ifPresent(types -> assertThat(types).allSatisfy(t -> assertThat(t).isNotEmpty()));
  }

  @Provide
  Arbitrary<String> nearly() {
    return Arbitraries.of(
            "P", "K", "i", "f", "S_", "S0_", "T_", "I", "E", "N", "1a", "L", "4", "J", "Dp", "F",
            "A", "_", "St", "v", "R", "X")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 50)
  void partsThatGrow_endInNothing(@ForAll("growing") int depth) {
    // Each pair holds the one before twice.
    StringBuilder name = new StringBuilder("_Z1f1PIiiE");
    for (int i = 0; i < depth; i++) {
      String last =
          "S"
              + (i == 0 ? "" : Integer.toString(i - 1, 36).toUpperCase(java.util.Locale.ROOT))
              + "_";
      name.append("S_I").append(last).append(last).append("E");
    }
    assertThat(MangledName.parameterTypes(name.toString()).map(List::size).orElse(depth + 1))
        .isEqualTo(depth + 1);
  }

  @Provide
  Arbitrary<Integer> growing() {
    return Arbitraries.integers().between(1, 36);
  }
}
