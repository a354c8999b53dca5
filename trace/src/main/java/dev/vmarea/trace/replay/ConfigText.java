// SPDX-License-Identifier: Apache-2.0
package dev.vmarea.trace.replay;

import dev.vmarea.base.KernelConfig;
import dev.vmarea.trace.evidence.ConfigChange;
import dev.vmarea.trace.json.JsonException;
import dev.vmarea.trace.json.JsonValue;
import dev.vmarea.trace.json.JsonValue.JsonObject;
import dev.vmarea.trace.json.JsonWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/** A kernel's configuration as text: every component of {@link KernelConfig} under its own name. */
public final class ConfigText {
  private static final RecordComponent[] COMPONENTS = KernelConfig.class.getRecordComponents();

  private ConfigText() {}

  /** Writes {@code config} as the value of the member named before. */
  public static void write(JsonWriter out, KernelConfig config) {
    out.beginObject();
    for (RecordComponent component : COMPONENTS) {
      Object value = value(component, config);
      if (value instanceof List<?> list) {
        out.key(component.getName()).beginArray();
        for (Object item : list) {
          out.value(((Number) item).longValue());
        }
        out.endArray();
      } else if (value instanceof Boolean flag) {
        out.member(component.getName(), flag.booleanValue());
      } else {
        out.member(component.getName(), ((Number) value).longValue());
      }
    }
    out.endObject();
  }

  /** Reads what {@link #write} wrote; what is missing is as on a common machine. */
  public static KernelConfig read(JsonObject json) throws JsonException {
    KernelConfig standard = KernelConfig.standard();
    Object[] values = new Object[COMPONENTS.length];
    for (int i = 0; i < COMPONENTS.length; i++) {
      RecordComponent component = COMPONENTS[i];
      String name = component.getName();
      JsonValue given = json.get(name);
      if (given == null) {
        values[i] = value(component, standard);
      } else if (component.getType() == List.class) {
        List<Long> items = new ArrayList<>();
        for (JsonValue item : json.array(name)) {
          items.add(item.asLong(name));
        }
        values[i] = items;
      } else if (component.getType() == boolean.class) {
        values[i] = given.asBool(name);
      } else {
        values[i] = number(component, given.asLong(name));
      }
    }
    return make(values);
  }

  /** {@code config} after one value changed; keys are the component names or the sysctl's. */
  static KernelConfig changed(KernelConfig config, ConfigChange change) {
    String key =
        switch (change.key()) {
          case "max_map_count", "vm.max_map_count" -> "maxMapCount";
          case "overcommit_memory", "vm.overcommit_memory" -> "overcommitMode";
          case "mmap_min_addr", "vm.mmap_min_addr" -> "dacMinAddr";
          default -> change.key();
        };
    Object[] values = new Object[COMPONENTS.length];
    for (int i = 0; i < COMPONENTS.length; i++) {
      RecordComponent component = COMPONENTS[i];
      Object value = value(component, config);
      if (component.getName().equals(key) && value instanceof Number) {
        try {
          value = number(component, Long.parseLong(change.value()));
        } catch (NumberFormatException e) {
          return config;
        }
      } else if (component.getName().equals(key) && value instanceof Boolean) {
        value = change.value().equals("true") || change.value().equals("1");
      }
      values[i] = value;
    }
    return make(values);
  }

  private static Object number(RecordComponent component, long value) {
    return component.getType() == int.class ? (Object) (int) value : (Object) value;
  }

  private static Object value(RecordComponent component, KernelConfig config) {
    try {
      return component.getAccessor().invoke(config);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a record's accessors are public", e);
    }
  }

  private static KernelConfig make(Object[] values) {
    Class<?>[] types = new Class<?>[COMPONENTS.length];
    for (int i = 0; i < COMPONENTS.length; i++) {
      types[i] = COMPONENTS[i].getType();
    }
    try {
      return KernelConfig.class.getConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record has its canonical constructor", e);
    }
  }
}
