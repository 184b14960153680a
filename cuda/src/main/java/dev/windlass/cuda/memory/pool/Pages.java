package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pages of physical memory at reserved addresses, and the reason why this pool hardly fragments: a
 * page is not bound to its address.
 *
 * <p><b>Moving pages.</b> A request needs a range of addresses with memory in all of it. {@link
 * Window} picks the range that lacks the fewest pages. What it lacks is taken from free blocks
 * elsewhere, and only the rest is new memory. So free memory counts as one piece, whatever the
 * order of frees; lost are only chunks of which a part is live.
 *
 * <p><b>Chunks.</b> The driver takes its time for each handle, whatever its size. So pages come in
 * {@linkplain Chunk chunks} that move as a whole. A larger chunk costs fewer calls and loses more
 * memory where a part of it is live: how much of the pool, that depends on the chunk's share in it.
 * So a new chunk has at most 1/1024 of what is held then, 1/4 of what its request lacks, and 16
 * pages. A small pool has single pages and wastes nothing; a large one grows with fewer calls.
 *
 * <p>Chunks are taken that fit exactly. Where they do not, though the limit has no room for new
 * memory, the request gets empty addresses, and as many chunks there as it needs: the last one may
 * have more pages than are lacking, which are free there as they were before. So memory that is
 * only free never makes a request fail.
 *
 * <p><b>Nothing waits.</b> Unmapping needs memory that no work uses any more. But a chunk may be
 * mapped twice, and a stream runs its work in order: a chunk that the stream freed is mapped at its
 * new place at once, for work that comes later, while earlier work still goes to the old place. The
 * old place is a {@linkplain Shadows shadow} until that work is done, then empty. A shadow costs
 * addresses, of which there are plenty, and no memory.
 *
 * <p><b>All or nothing.</b> A growth is planned, then new memory is made, then everything is mapped
 * and opened, and only then do the books change. When a call fails before that, what was mapped is
 * unmapped and what was made is released. What cannot even be undone stays in the books, as a
 * shadow of nobody or a spare chunk, and is undone later.
 */
final class Pages implements Backing {
  private static final int ADDRESSES_PER_LIMIT = 4;

  /** The most pages of a chunk: 32 MiB, usually. */
  private static final int LARGEST_CHUNK = 16;

  /** A request's new memory comes in so many chunks or more, if it has that many pages. */
  private static final int CHUNKS_PER_REQUEST = 4;

  /** So many chunks of the size that new memory comes in would be all that is held. */
  static final int CHUNKS_PER_POOL = 1024;

  private final PhysicalMemory memory;
  private final Arena arena;
  private final List<Owner> owners;
  private final PageStock stock;
  private final Shadows shadows;
  private final Window window;
  private final PageReturn back;
  private final long page;
  private final long most;
  private final int chunksPerPool;
  private final List<Block> regions = new ArrayList<>();
  private @Nullable CudaException refusal;
  private int now;
  private long moved;
  private long calls;

  /** What one growth maps; kept so that growing makes no garbage. */
  private final List<Chunk> plan = new ArrayList<>();

  /**
   * Makes it, without memory.
   *
   * @param owners whose pages may be moved
   * @param most the most bytes to hold
   * @param chunksPerPool {@link #CHUNKS_PER_POOL}, less in tests of small pools
   */
  Pages(PhysicalMemory memory, Arena arena, List<Owner> owners, long most, int chunksPerPool) {
    this.memory = memory;
    this.arena = arena;
    this.owners = owners;
    this.stock = new PageStock(memory);
    this.shadows = new Shadows(memory, arena);
    this.page = stock.page;
    this.most = most / page * page;
    this.chunksPerPool = chunksPerPool;
    this.window = new Window(arena, page);
    this.back = new PageReturn(memory, arena, stock);
  }

  @Override
  public Source source() {
    return Source.VIRTUAL_MEMORY;
  }

  @Override
  public void info(long[] freeAndTotal) {
    memory.info(freeAndTotal);
  }

  @Override
  public Optional<CudaException> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public boolean reserve(long bytes) {
    refusal = null;
    if (bytes < page) {
      return true;
    }
    Block first = findWindow(arena.nobody, bytes / page * page);
    if (first == null) {
      return false;
    }
    choose(arena.nobody, first);
    return fill(arena.nobody, first) != null;
  }

  @Override
  public long grow(Owner owner, long bytes) {
    refusal = null;
    Block first = findWindow(owner, bytes);
    if (first == null) {
      return 0;
    }
    int lacks = choose(owner, first);
    if (lacks > 0 && arena.unite(owner, regions)) {
      first = findWindow(owner, bytes);
      lacks = first == null ? 0 : choose(owner, first);
    }
    if (lacks > room()) {
      first = findAnywhere(owner, bytes);
      lacks = first == null ? 0 : missing();
    }
    if (first == null || lacks > room()) {
      forgetPlan();
      return 0;
    }
    Block block = fill(owner, first);
    if (block == null) {
      return 0;
    }
    while (block.address > window.from() && block.previous != null) {
      block = block.previous;
    }
    long address = arena.carve(block, window.from(), bytes);
    shadows.settle();
    return address;
  }

  /** How many pages may be made. */
  private long room() {
    return (most - stock.held()) / page;
  }

  /**
   * Sets the window, in a new region if there are no addresses for it; its first block, or null if
   * there are no more addresses.
   */
  private @Nullable Block findWindow(Owner owner, long bytes) {
    Block first = window.find(owner, bytes);
    return first == null && reserveAddresses((bytes + page - 1) / page * page)
        ? window.find(owner, bytes)
        : first;
  }

  private boolean reserveAddresses(long least) {
    long bytes = Math.max(least, most * ADDRESSES_PER_LIMIT);
    while (true) {
      try {
        calls++;
        regions.add(arena.cover(Region.ofPages(memory.reserve(bytes), bytes, page), Block.EMPTY));
        return true;
      } catch (CudaException e) {
        if (e.code() != CudaError.OUT_OF_MEMORY.code()) {
          throw e;
        }
        if (bytes == least) {
          refusal = e;
          return false;
        }
        bytes = Math.max(least, bytes / 2 / page * page);
      }
    }
  }

  /**
   * Plans the chunks for what the window lacks, in its order: free ones that fit exactly, then new
   * ones; how many pages are new.
   */
  private int choose(Owner owner, Block first) {
    forgetPlan();
    int unit = unit(window.pages());
    for (Block run = window.nextEmpty(first); run != null; run = window.nextEmpty(run.next)) {
      int left = chooseFree(owner, window.pages(run), false);
      while (left > 0) {
        left -= plan(stock.take(left, unit));
      }
    }
    return missing();
  }

  /**
   * Plans all of a request's memory for new addresses, where it may be more than is asked, so that
   * free chunks of any size count; the addresses, or null if there are none.
   */
  private @Nullable Block findAnywhere(Owner owner, long bytes) {
    forgetPlan();
    stock.release(0);
    int pages = (int) ((bytes + page - 1) / page);
    int unit = unit(pages);
    window.clear();
    int left = chooseFree(owner, pages, true);
    while (left > 0) {
      left -= plan(stock.take(left, unit));
    }
    long all = (pages - left) * page;
    Block hole = window.findEmpty(all);
    return hole == null && reserveAddresses(all) ? window.findEmpty(all) : hole;
  }

  /** How many pages a new chunk has that is for so many pages. */
  private int unit(int pages) {
    long part = (stock.held() / page + pages) / chunksPerPool;
    long most = Math.min(LARGEST_CHUNK, Math.min(pages / CHUNKS_PER_REQUEST, part));
    return Integer.highestOneBit((int) Math.max(1, most));
  }

  private int plan(Chunk chunk) {
    plan.add(chunk);
    return chunk.pages;
  }

  private void forgetPlan() {
    for (Chunk chunk : plan) {
      if (chunk.source == null && chunk.handle != 0) {
        stock.add(chunk);
      }
      chunk.source = null;
    }
    plan.clear();
  }

  /** How many pages of the plan are still to be made. */
  private int missing() {
    int pages = 0;
    for (Chunk chunk : plan) {
      pages += chunk.handle == 0 ? chunk.pages : 0;
    }
    return pages;
  }

  /**
   * Plans free chunks before or behind the window: so many pages, or more if that is right; how
   * many are left to find.
   */
  private int chooseFree(Owner owner, int wanted, boolean orMore) {
    int left = chooseFree(owner, arena.nobody, wanted, orMore);
    left = chooseFree(owner, owner, left, orMore);
    for (Owner other : owners) {
      left = other == owner ? left : chooseFree(owner, other, left, orMore);
    }
    return left;
  }

  private int chooseFree(Owner owner, Owner from, int wanted, boolean orMore) {
    int left = wanted;
    for (Block b = from.free.first(); b != null && left > 0 && b.bytes >= page; ) {
      int first = Math.max(stock.first(b), window.behind(b));
      Chunk c = owner.mayUse(b) ? b.region.lastChunk(first, stock.end(b)) : null;
      while (c != null && left > 0) {
        if (c.source == null && (c.pages <= left || orMore)) {
          c.source = b;
          left -= plan(c);
        }
        c = b.region.lastChunk(first, c.first);
      }
      b = from.free.after(b);
    }
    return left;
  }

  /** Maps what is planned; a free block in the window, or null if the device refused. */
  private @Nullable Block fill(Owner owner, Block first) {
    try {
      stock.make(plan);
      try {
        map(first);
      } catch (RuntimeException e) {
        stock.putBack(plan);
        throw e;
      }
    } catch (RuntimeException e) {
      plan.removeIf(chunk -> chunk.source == null); // the stock has them again
      forgetPlan();
      if (e instanceof CudaException c && c.code() == CudaError.OUT_OF_MEMORY.code()) {
        refusal = c;
        return null;
      }
      throw e;
    }
    boolean pending = false;
    for (int i = 0; i < plan.size(); i++) {
      Block source = plan.get(i).source;
      if (source != null) {
        pending |= !source.owner.isNobody();
        i = leave(source, i);
      }
    }
    Block block = book(first, pending ? owner : arena.nobody);
    plan.clear();
    return block;
  }

  private void map(Block first) {
    int next = 0;
    try {
      for (Block run = window.nextEmpty(first); run != null; run = window.nextEmpty(run.next)) {
        long start = window.start(run);
        long end = start + window.pages(run) * page;
        for (long at = start; at < end; next++) {
          Chunk chunk = plan.get(next);
          calls++;
          memory.map(at, chunk.pages * page, chunk.handle);
          at += chunk.pages * page;
        }
        calls++;
        memory.open(start, end - start);
      }
    } catch (RuntimeException e) {
      unmap(first, next);
      throw e;
    }
  }

  /** Undoes the mapping of the first so many chunks. */
  private void unmap(Block first, int chunks) {
    int mapped = 0;
    for (int i = 0; i < chunks; i++) {
      mapped += plan.get(i).pages;
    }
    Block run = window.nextEmpty(first);
    while (mapped > 0 && run != null) {
      long start = window.start(run);
      int pages = Math.min(mapped, window.pages(run));
      Block next = run.next;
      try {
        calls++;
        memory.unmap(start, pages * page);
      } catch (CudaException e) {
        shadows.add(arena.cut(run, start, start + pages * page));
      }
      mapped -= pages;
      run = window.nextEmpty(next);
    }
  }

  /**
   * A chunk of the plan, and those that were side by side with it, left what was one free block;
   * the last of them.
   */
  private int leave(Block source, int planned) {
    Region region = source.region;
    int last = planned;
    int first = plan.get(planned).first;
    int end = plan.get(planned).end();
    while (last + 1 < plan.size()
        && plan.get(last + 1).source == source
        && plan.get(last + 1).end() == first) {
      first = plan.get(++last).first;
    }
    for (int i = planned; i <= last; i++) {
      plan.get(i).source = null;
    }
    Arrays.fill(region.chunks, first, end, null);
    moved += end - first;
    long from = region.base + first * page;
    Block block = source;
    while (block.end() <= from && block.next != null) {
      block = block.next;
    }
    shadows.add(arena.cut(block, from, region.base + end * page));
    return last;
  }

  /** The window's empty addresses have memory now, which follows the owner's work. */
  private Block book(Block first, Owner owner) {
    long epoch = owner.isNobody() ? 0 : owner.open;
    owner.dirty |= !owner.isNobody();
    int next = 0;
    Block block = first;
    for (Block run = window.nextEmpty(first); run != null; run = window.nextEmpty(block.next)) {
      Region region = run.region;
      long start = window.start(run);
      int from = (int) ((start - region.base) / page);
      int end = from + window.pages(run);
      Arrays.fill(region.stamps, from, end, now);
      for (int at = from; at < end; at = plan.get(next++).end()) {
        Chunk chunk = plan.get(next);
        chunk.first = at;
        Arrays.fill(region.chunks, at, chunk.end(), chunk);
      }
      Block full = arena.cut(run, start, region.base + end * page);
      block = arena.insert(full, Block.FREE, owner, epoch);
    }
    return block;
  }

  @Override
  public void settle() {
    shadows.settle();
  }

  @Override
  public void touched(Block block) {
    Region region = block.region;
    int last = (int) ((block.end() - 1 - region.base) / page);
    for (int i = (int) ((block.address - region.base) / page); i <= last; i++) {
      region.stamps[i] = now;
    }
  }

  @Override
  public void tick() {
    now++;
  }

  @Override
  public long giveBack(long bytesToKeep, int idleTicks) {
    return back.giveBack(bytesToKeep, now - idleTicks);
  }

  @Override
  public long held() {
    return stock.held();
  }

  @Override
  public long mostHeld() {
    return stock.mostHeld();
  }

  @Override
  public long whole() {
    long pages = stock.spares();
    for (Block first : regions) {
      for (Block b = first; b != null; b = b.next) {
        pages += b.state == Block.FREE ? stock.whole(b) : 0;
      }
    }
    return pages * page;
  }

  /** All whole pages, wherever they are. */
  @Override
  public long largest() {
    return Math.max(whole(), arena.largest(regions));
  }

  @Override
  public List<Block> regions() {
    return regions;
  }

  @Override
  public PoolCounters addTo(PoolCounters c) {
    return new PoolCounters(
        c.misses(),
        c.flushes(),
        c.crossStreamWaits(),
        moved,
        stock.taken,
        stock.returned,
        c.driverCalls() + calls + stock.calls + shadows.calls + back.calls,
        c.wrongFrees());
  }

  @Override
  public void close(Failures failures) {
    shadows.close(failures);
    for (int i = regions.size() - 1; i >= 0; i--) {
      Region region = regions.get(i).region;
      if (back.unmap(region, failures)
          && shadows.isEmpty()
          && failures.attempt(() -> memory.unreserve(region.base, region.bytes))) {
        regions.remove(i);
      }
    }
    failures.attempt(() -> stock.release(0));
  }
}
