package dev.windlass.cuda.kit;

import static dev.windlass.cuda.driver.PoolAttribute.RELEASE_THRESHOLD;
import static dev.windlass.cuda.driver.PoolAttribute.RESERVED_MEM_CURRENT;
import static dev.windlass.cuda.driver.PoolAttribute.USED_MEM_CURRENT;
import static dev.windlass.cuda.driver.PoolAttribute.USED_MEM_HIGH;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The driver's stream-ordered allocator. */
public abstract class MemoryPoolKit extends DriverKit {
  private long pool;
  private long stream;

  @BeforeEach
  void prepare() {
    pool = driver.defaultMemoryPool(device);
    stream = driver.createStream();
    driver.setPoolAttribute(pool, USED_MEM_HIGH, 0);
  }

  @AfterEach
  void giveBack() {
    driver.setPoolAttribute(pool, RELEASE_THRESHOLD, 0);
    driver.synchronizeStream(stream);
    driver.trimPool(pool, 0);
    driver.destroyStream(stream);
  }

  @Test
  void memory_isUsableOnTheStream_thatItIsOf() {
    long a = driver.allocateFromPool(pool, 1024, stream);
    driver.fillIntsAsync(a, 9, 256, stream);
    driver.synchronizeStream(stream);
    assertThat(read(a, 256)).containsOnly(9);
    assertThat(driver.poolAttribute(pool, USED_MEM_CURRENT)).isGreaterThanOrEqualTo(1024);
    driver.freeToPool(a, stream);
    driver.synchronizeStream(stream);
    assertThat(driver.poolAttribute(pool, USED_MEM_CURRENT)).isZero();
    assertThat(driver.poolAttribute(pool, USED_MEM_HIGH)).isGreaterThanOrEqualTo(1024);
  }

  @Test
  void pool_keepsUpToItsThreshold_untilItIsTrimmed() {
    driver.setPoolAttribute(pool, RELEASE_THRESHOLD, Long.MAX_VALUE);
    assertThat(driver.poolAttribute(pool, RELEASE_THRESHOLD)).isEqualTo(Long.MAX_VALUE);
    driver.freeToPool(driver.allocateFromPool(pool, 1 << 20, stream), stream);
    driver.synchronizeStream(stream);
    assertThat(driver.poolAttribute(pool, RESERVED_MEM_CURRENT)).isGreaterThanOrEqualTo(1 << 20);
    driver.trimPool(pool, 0);
    assertThat(driver.poolAttribute(pool, RESERVED_MEM_CURRENT)).isZero();
  }

  @Test
  void pool_withoutAThreshold_givesBackAtTheNextSynchronisation() {
    driver.freeToPool(driver.allocateFromPool(pool, 1 << 20, stream), stream);
    driver.synchronizeStream(stream);
    assertThat(driver.poolAttribute(pool, RESERVED_MEM_CURRENT)).isZero();
  }
}
