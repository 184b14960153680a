package dev.windlass.kube.follow;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** An informer's store that keeps nothing: for objects that only matter when they are seen. */
final class Passing<T extends HasMetadata> implements ItemStore<T> {
  @Override
  public String getKey(T object) {
    return Cache.metaNamespaceKeyFunc(object);
  }

  @Override
  @SuppressWarnings("NullAway") // fabric8's way to say that there was none
  public @Nullable T put(String key, T object) {
    return null;
  }

  @Override
  @SuppressWarnings("NullAway")
  public @Nullable T remove(String key) {
    return null;
  }

  @Override
  public Stream<String> keySet() {
    return Stream.empty();
  }

  @Override
  public Stream<T> values() {
    return Stream.empty();
  }

  @Override
  public int size() {
    return 0;
  }

  @Override
  @SuppressWarnings("NullAway")
  public @Nullable T get(String key) {
    return null;
  }

  @Override
  public boolean isFullState() {
    return false;
  }
}
