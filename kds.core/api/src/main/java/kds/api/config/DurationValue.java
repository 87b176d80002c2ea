package kds.api.config;

import aQute.bnd.annotation.xml.XMLAttribute;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a {@code String} method of a component's configuration type as a duration, to be read by
 * {@link Quantity#duration}. Metatype knows no such type; with the mark the kernel refuses a value
 * that is none, or out of range, before any component sees it.
 *
 * <p>The build writes the mark into the bundle's Metatype resource; nothing of it is left in the
 * class. For a list each of its values is checked.
 *
 * <pre>{@code
 * @DurationValue(min = "1s", max = "1d")
 * String idle_timeout() default "5m";
 * }</pre>
 */
@XMLAttribute(
    namespace = DurationValue.NAMESPACE,
    prefix = "kds",
    embedIn = "*",
    mapping = {"min=duration-min", "max=duration-max"})
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface DurationValue {
  /** The XML name space of the marks in Metatype resources. */
  String NAMESPACE = "urn:kds:config:1";

  /** The shortest duration allowed, written as in the configuration. */
  String min() default "0s";

  /** The longest duration allowed, written as in the configuration. */
  String max() default "36500d";
}
