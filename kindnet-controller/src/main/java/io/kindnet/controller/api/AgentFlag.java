package io.kindnet.controller.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The flag of kindnetd that a field becomes. The field has its description from the flag, and,
 * where nothing else is said, its default.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface AgentFlag {
  /** The flag's name without dashes. */
  String value();

  /** Whether the flag is true where the field is false. */
  boolean inverted() default false;

  /**
   * Whether an object that leaves the field out is given the flag's default, so that it shows; not
   * where leaving it out says something else.
   */
  boolean defaulted() default true;
}
