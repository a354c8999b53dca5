// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.space;

import dev.vmarea.base.VmFlags;
import dev.vmarea.files.PlainFile;
import dev.vmarea.vma.AnonVma;
import dev.vmarea.vma.DirectoryEntry;
import dev.vmarea.vma.FileSystem;
import dev.vmarea.vma.Inode;
import dev.vmarea.vma.MemoryPolicy;
import dev.vmarea.vma.OpenFile;
import dev.vmarea.vma.UserfaultContext;
import dev.vmarea.vma.VmOperations;
import dev.vmarea.vma.Vma;
import dev.vmarea.vma.VmaExtras;
import dev.vmarea.vma.VmaHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.stream.Collectors;

/**
 * Writes VMAs as {@code name start-end attribute...}, in pages. The name stands for the identity;
 * {@code x} is any that has no name yet. Attributes: {@code close} (has a close callback), {@code
 * aN} and {@code fN} (anonymous identity N, own or a fork child's), {@code FN} file, {@code pN}
 * policy, {@code uN} userfaultfd, {@code =text} name, {@code @N} page offset, else a mnemonic of
 * smaps. All VMAs are readable and writable.
 */
final class VmaNotation {
  private static final long BASE_FLAGS =
      VmFlags.READ | VmFlags.WRITE | VmFlags.MAYREAD | VmFlags.MAYWRITE;
  private static final VmOperations CLOSE =
      new VmOperations() {
        @Override
        public boolean hasClose() {
          return true;
        }
      };

  private final Map<String, VmaHandle> names = new LinkedHashMap<>();
  private final Map<String, Object> objects = new LinkedHashMap<>();

  Vma parse(String text) {
    String[] words = text.strip().split("\\s+", -1);
    String[] ends = words[1].split("-", -1);
    long start = Long.parseLong(ends[0]);
    long flags = BASE_FLAGS;
    long pgoff = start;
    OpenFile file = null;
    AnonVma anon = null;
    VmOperations ops = null;
    VmaExtras extras = VmaExtras.NONE;
    for (String word : Arrays.asList(words).subList(2, words.length)) {
      if (word.equals("close")) {
        ops = CLOSE;
      } else if (word.startsWith("@")) {
        pgoff = Long.parseLong(word.substring(1));
      } else if (word.startsWith("=")) {
        extras = extras.withName(word.substring(1));
      } else if (word.matches("a\\d")) {
        anon = (AnonVma) objects.computeIfAbsent(word, w -> AnonVma.fresh());
      } else if (word.matches("f\\d")) {
        anon = (AnonVma) objects.computeIfAbsent(word, w -> AnonVma.fresh().forked());
      } else if (word.matches("F\\d")) {
        file = (OpenFile) objects.computeIfAbsent(word, VmaNotation::file);
      } else if (word.matches("p\\d")) {
        extras = extras.withPolicy(new MemoryPolicy(word.charAt(1), 0, 1, -1));
      } else if (word.matches("u\\d")) {
        Object context = objects.computeIfAbsent(word, w -> new UserfaultContext());
        extras = extras.withUserfault((UserfaultContext) context);
      } else if (!word.isEmpty()) {
        flags |= VmFlags.ofMnemonic(word);
      }
    }
    VmaHandle handle = VmaHandle.of(file);
    if (!words[0].equals("y")) {
      names.put(words[0], handle);
    }
    long end = Long.parseLong(ends[1]);
    return new Vma(start * 4096, end * 4096, pgoff, flags, handle, file, anon, ops, extras);
  }

  private static OpenFile file(String name) {
    Inode inode = new Inode(Inode.Type.REGULAR, new FileSystem("ext4", false, false));
    return new OpenFile(inode, new DirectoryEntry(name), OpenFile.O_RDWR, PlainFile.DEFAULT);
  }

  /** Names a VMA that has none. */
  void name(String name, Vma vma) {
    names.put(name, vma.handle());
  }

  /** The version of the named VMA now. */
  Vma current(String name) {
    Vma current = names.get(name).current();
    if (current == null) {
      throw new AssertionError(name + " is gone");
    }
    return current;
  }

  Collection<VmaHandle> handles() {
    return names.values();
  }

  String describe(Mm mm) {
    List<String> parts = new ArrayList<>();
    for (Vma vma : mm.tree()) {
      parts.add(describe(vma));
    }
    return String.join(", ", parts);
  }

  String describe(Vma vma) {
    List<String> words = new ArrayList<>();
    words.add(nameOf(vma.handle()));
    words.add(vma.start() / 4096 + "-" + vma.end() / 4096);
    if (vma.hasClose()) {
      words.add("close");
    }
    for (Entry<String, Object> object : objects.entrySet()) {
      Object value = object.getValue();
      if (value == vma.anon() || value == vma.file() || value == vma.extras().userfault()) {
        words.add(object.getKey());
      }
    }
    MemoryPolicy policy = vma.extras().policy();
    if (policy != null) {
      words.add("p" + (char) policy.mode());
    }
    if (vma.extras().name() != null) {
      words.add("=" + vma.extras().name());
    }
    if (vma.pgoff() != vma.start() / 4096) {
      words.add("@" + vma.pgoff());
    }
    words.add(VmFlags.mnemonics(vma.flags() & ~BASE_FLAGS));
    return sorted(String.join(" ", words));
  }

  private String nameOf(VmaHandle handle) {
    for (Entry<String, VmaHandle> name : names.entrySet()) {
      if (name.getValue() == handle) {
        return name.getKey();
      }
    }
    return "x";
  }

  /** A row's layout in the order and spelling of {@link #describe(Mm)}. */
  String normalized(String layout) {
    return Arrays.stream(layout.split(",", -1))
        .map(VmaNotation::sorted)
        .sorted((a, b) -> Integer.compare(startOf(a), startOf(b)))
        .collect(Collectors.joining(", "));
  }

  private static int startOf(String vma) {
    return Integer.parseInt(vma.split(" ", -1)[1].split("-", -1)[0]);
  }

  private static String sorted(String vma) {
    String[] words = vma.strip().split("\\s+", -1);
    Arrays.sort(words, 2, words.length);
    return String.join(" ", words);
  }
}
