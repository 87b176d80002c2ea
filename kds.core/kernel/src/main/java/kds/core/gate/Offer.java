package kds.core.gate;

/**
 * A service that a bundle has on offer.
 *
 * @param capability the capability it belongs to
 * @param type the name of its type; {@link #ANY} where any will do
 */
public record Offer(String capability, String type) {
  /** Stands for any type. */
  public static final String ANY = "*";

  /** Any service of a capability. */
  public static Offer any(String capability) {
    return new Offer(capability, ANY);
  }

  /** Whether this is what somebody wants. */
  public boolean covers(Offer wanted) {
    return capability.equals(wanted.capability)
        && (wanted.type.equals(ANY) || wanted.type.equals(type));
  }

  @Override
  public String toString() {
    return type.equals(ANY) ? "any service of " + capability : type + " of " + capability;
  }
}
