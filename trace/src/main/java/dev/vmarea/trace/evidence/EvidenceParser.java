// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.evidence;

import dev.vmarea.base.Profile;
import dev.vmarea.drivers.mounts.MountPlan;
import dev.vmarea.trace.procmaps.MapsEntry;
import dev.vmarea.trace.procmaps.MapsFormatException;
import dev.vmarea.trace.text.CString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Parses {@code # vmarea} lines. Never throws for their content. */
public final class EvidenceParser {
  private EvidenceParser() {}

  /**
   * Parses a whole line, without its newline.
   *
   * @return what it says; {@link UnknownLine} for a kind not known (or a line without the prefix),
   *     {@link MalformedLine} when its parts are missing or garbled
   */
  public static EvidenceLine parse(byte[] line) {
    String text = new String(line, StandardCharsets.ISO_8859_1);
    if (!text.startsWith(EvidenceLine.PREFIX)) {
      return new UnknownLine("");
    }
    Words words = new Words(text, EvidenceLine.PREFIX.length());
    String kind = words.word();
    try {
      return parse(kind, words, line);
    } catch (MapsFormatException | IllegalArgumentException e) {
      String why = e.getMessage();
      return new MalformedLine(kind, why == null ? "garbled" : why);
    }
  }

  private static EvidenceLine parse(String kind, Words words, byte[] line)
      throws MapsFormatException {
    return switch (kind) {
      case "exec" -> new ExecBlock(words.integer());
      case "exit" -> new ExitBlock(words.integer());
      case "end" -> new EndBlock(words.integer());
      case "m" -> {
        int pid = words.integer();
        yield new MapLine(
            pid, MapsEntry.parse(line, words.position(), line.length, "# vmarea m", 1));
      }
      case "f" -> mapFlags(words);
      case "layout" -> layout(words);
      case "fault" -> new PageFault(words.integer(), words.number(), access(words.word()));
      case "touch" -> new PageTouch(words.integer(), words.number(), access(words.word()));
      case "anon" -> anonymous(words);
      case "pages" -> {
        AnonymousPages range = anonymous(words);
        boolean anonymous =
            switch (words.word()) {
              case "anon" -> true;
              case "file" -> false;
              default -> throw new IllegalArgumentException("anon or file expected");
            };
        yield new PresentPages(range.pid(), range.start(), range.end(), anonymous);
      }
      case "grow" -> new StackGrowth(words.integer(), words.number(), words.number());
      case "fd" -> descriptor(words);
      case "path" -> {
        Map<String, String> values = words.pairs();
        yield new FilePath(required(values, "file"), required(values, "path"));
      }
      case "shm" -> segment(words);
      case "caps" -> new EffectiveCapabilities(words.integer(), words.number());
      case "config" -> {
        String rest = words.rest();
        int eq = rest.indexOf('=');
        if (eq <= 0) {
          throw new IllegalArgumentException("key=value expected");
        }
        yield new ConfigChange(rest.substring(0, eq), rest.substring(eq + 1));
      }
      case DeviceDeclaration.KIND -> {
        Map<String, String> values = words.pairs();
        String path = required(values, "path");
        values.remove("path");
        yield DeviceText.declared(path, values);
      }
      case MountDeclaration.KIND -> mount(words);
      case UserControl.KIND -> control(words);
      case MemoryAccess.LOAD, MemoryAccess.STORE -> access(kind, words);
      case FailingSteps.KIND -> FailingSteps.of(words.all());
      case ProfileDeclaration.KIND -> new ProfileDeclaration(Profile.named(words.word()));
      case ArchitectureDeclaration.KIND -> ArchitectureDeclaration.of(words.word());
      default -> new UnknownLine(kind);
    };
  }

  private static MountDeclaration mount(Words words) {
    if (words.rest().equals(MountDeclaration.STANDARD)) {
      return new MountDeclaration(MountPlan.standard());
    }
    Map<String, String> values = words.pairs();
    String path = required(values, "path");
    values.remove("path");
    return MountDeclaration.of(path, values);
  }

  private static UserControl control(Words words) {
    String path = words.word();
    String[] parts = words.rest().split(" = ", 2);
    if (parts[0].isBlank()) {
      throw new IllegalArgumentException("what happens to " + path + " is missing");
    }
    String result = parts.length > 1 ? parts[1].strip() : "0";
    return new UserControl(path, List.of(parts[0].strip().split(" +")), result);
  }

  private static MemoryAccess access(String kind, Words words) {
    int pid = words.integer();
    long address = words.number();
    int bytes = words.integer();
    boolean isStore = kind.equals(MemoryAccess.STORE);
    long value = isStore ? words.number() : 0;
    String rest = words.rest().strip();
    if (!rest.startsWith("=") && !(isStore && rest.isEmpty())) {
      throw new IllegalArgumentException("a result expected: = and a value, or a signal's name");
    }
    return new MemoryAccess(
        pid, address, bytes, isStore, value, rest.isEmpty() ? "0" : rest.substring(1).strip());
  }

  private static MapFlags mapFlags(Words words) {
    int pid = words.integer();
    String anon = words.word();
    if (!anon.startsWith("anon=")) {
      throw new IllegalArgumentException("anon= expected");
    }
    List<String> flags = new ArrayList<>();
    String flag = words.word();
    long resident = -1;
    if (flag.startsWith("rss=")) {
      resident = Words.decode(flag.substring(4));
      flag = words.word();
    }
    while (!flag.isEmpty()) {
      flags.add(flag);
      flag = words.word();
    }
    return new MapFlags(pid, Words.decode(anon.substring(5)), resident, flags);
  }

  private static Layout layout(Words words) {
    int pid = words.integer();
    Map<String, String> pairs = words.pairs();
    Map<LayoutField, Long> values = new EnumMap<>(LayoutField.class);
    for (LayoutField field : LayoutField.values()) {
      String value = pairs.get(field.key());
      if (value != null) {
        values.put(field, Words.decode(value));
      }
    }
    return new Layout(pid, values);
  }

  private static PageFault.Access access(String word) {
    return switch (word) {
      case "w" -> PageFault.Access.WRITE;
      case "r" -> PageFault.Access.READ;
      case "?", "" -> PageFault.Access.UNKNOWN;
      default -> throw new IllegalArgumentException("w, r or ? expected");
    };
  }

  private static AnonymousPages anonymous(Words words) {
    int pid = words.integer();
    String range = words.word();
    int dash = range.indexOf('-', 1);
    if (dash < 0) {
      throw new IllegalArgumentException("a range expected");
    }
    long start = Words.decode(range.substring(0, dash));
    long end = Words.decode(range.substring(dash + 1));
    if (Long.compareUnsigned(start, end) >= 0) {
      throw new IllegalArgumentException("the range is empty");
    }
    return new AnonymousPages(pid, start, end);
  }

  private static DescriptorIdentity descriptor(Words words) {
    int pid = words.integer();
    int fd = words.integer();
    Map<String, String> values = words.pairs();
    int[] device = device(required(values, "dev"));
    return new DescriptorIdentity(
        pid,
        fd,
        required(values, "file"),
        device[0],
        device[1],
        Long.parseUnsignedLong(required(values, "ino")),
        values.getOrDefault("fs", ""),
        (int) Words.decode(values.getOrDefault("flags", "0")),
        (int) Words.decode(values.getOrDefault("seals", "0")),
        values.getOrDefault("noexec", "0").equals("1"),
        values.getOrDefault("type", ""),
        Words.decode(values.getOrDefault("size", "-1")),
        values.getOrDefault("path", ""));
  }

  private static ShmSegment segment(Words words) {
    int id = words.integer();
    Map<String, String> values = words.pairs();
    String dev = values.get("dev");
    int[] device = dev == null ? new int[] {-1, -1} : device(dev);
    String inode = values.get("ino");
    return new ShmSegment(
        id,
        (int) Words.decode(values.getOrDefault("key", "0")),
        Words.decode(values.getOrDefault("size", "-1")),
        device[0],
        device[1],
        inode == null ? -1 : Long.parseUnsignedLong(inode));
  }

  private static int[] device(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("MAJOR:MINOR expected");
    }
    return new int[] {
      Integer.parseUnsignedInt(text.substring(0, colon), 16),
      Integer.parseUnsignedInt(text.substring(colon + 1), 16)
    };
  }

  private static String required(Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + "= is missing");
    }
    return value;
  }

  static String unquote(String quoted) {
    byte[] raw = quoted.getBytes(StandardCharsets.ISO_8859_1);
    return new String(CString.unescape(raw, 0, raw.length), StandardCharsets.ISO_8859_1);
  }
}
