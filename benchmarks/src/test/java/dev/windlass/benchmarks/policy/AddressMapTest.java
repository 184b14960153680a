package dev.windlass.benchmarks.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AddressMapTest {
  @Test
  void putAndRemove_manyAtRandom_isWhatAHashMapIs() {
    SplittableRandom random = new SplittableRandom(5);
    AddressMap<Integer> map = new AddressMap<>();
    Map<Long, Integer> model = new HashMap<>();
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      if (keys.isEmpty() || random.nextInt(100) < (i % 20_000 < 10_000 ? 60 : 40)) {
        long key = 256L * random.nextInt(1, 1 << 20);
        if (model.putIfAbsent(key, i) == null) {
          map.put(key, i);
          keys.add(key);
        }
      } else {
        int at = random.nextInt(keys.size());
        long key = keys.get(at);
        keys.set(at, keys.get(keys.size() - 1));
        keys.remove(keys.size() - 1);
        assertThat(map.remove(key)).isEqualTo(model.remove(key));
      }
    }
    List<Integer> rest = new ArrayList<>();
    map.removeAll(rest::add);
    assertThat(rest).containsExactlyInAnyOrderElementsOf(model.values());
  }

  @Test
  void remove_unknown_isRefused() {
    AddressMap<String> map = new AddressMap<>();
    map.put(256, "x");
    assertThatThrownBy(() -> map.remove(512)).isInstanceOf(IllegalArgumentException.class);
  }
}
