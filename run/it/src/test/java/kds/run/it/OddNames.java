package kds.run.it;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Names that Linux takes for a file: in every script, in every normal form, and odd ones. */
final class OddNames {
  private static final int MOST_BYTES = 255;

  /** Each beside its other normal forms, which are other files to Linux. */
  private static final List<String> WORDS =
      List.of(
          "Ångström café ñandú",
          "Việt Nam ở đây",
          "ﬁne ﬂow ſtraße Ⅳ ½ ㎏",
          "Привет, ёжик й",
          "Καλημέρα ΰ ᾷ",
          "مرحبا بالعالم ﷺ",
          "שלום שּׁ",
          "नमस्ते क़ दुनिया",
          "বাংলা ড়",
          "தமிழ் கோ",
          "తెలుగు",
          "ಕನ್ನಡ ಕೋ",
          "മലയാളം",
          "සිංහල",
          "ภาษาไทย ทำ",
          "ລາວ ຳ",
          "བོད་ཡིག གྷ",
          "မြန်မာ ဦ",
          "ខ្មែរ",
          "ქართული",
          "Հայերեն և",
          "አማርኛ",
          "ᏣᎳᎩ",
          "ᐃᓄᒃᑎᑐᑦ",
          "ᠮᠣᠩᠭᠣᠯ",
          "你好世界 丽 㐀",
          "こんにちは がぎ",
          "ｶﾀｶﾅ ﾊﾟ カタカナ",
          "한국어 각",
          "𝐌𝐚𝐭𝐡 𝕏",
          "𓀀 𐌰 𒀀",
          "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
          "Z͑ͫa̴l̷g͝o q̣̇",
          "Ωhm K Å");

  private static final List<String> ODD =
      List.of(
          "quote\".txt",
          "'single'",
          "back\\slash\\",
          "semi;colon; filename=x",
          "100%25 %41%2F%22%0A",
          "plus+and&hash#query?",
          "star*<>|:",
          " leading and trailing ",
          " ",
          "dot.",
          "...",
          "..double",
          ".hidden",
          "-rf",
          "--help",
          "@file",
          "~",
          "$HOME `id` $(id)",
          "line\nfeed",
          "carriage\r\nreturn",
          "tab\tand\u0001\u001b[31m\u007f",
          "next\u0085line\u2028",
          "bidi \u202etxt.exe",
          "\ufeffbom\u200b\u00ad",
          "private \ue000 \udbff\udffd",
          "replacement \ufffd",
          "README",
          "readme",
          "CON",
          "aux.txt",
          "kds-left-out.txt",
          "archive.tar.gz",
          "a".repeat(MOST_BYTES),
          "語".repeat(MOST_BYTES / 3),
          "😀".repeat(MOST_BYTES / 4) + "end",
          "e\u0301".repeat(MOST_BYTES / 3));

  private OddNames() {}

  /** All of them, no two alike, those that differ in their normal form only side by side. */
  static List<String> all() {
    Set<String> all = new LinkedHashSet<>();
    for (String word : WORDS) {
      all.add(word);
      for (Normalizer.Form form : Normalizer.Form.values()) {
        all.add(Normalizer.normalize(word, form));
      }
    }
    all.addAll(ODD);
    for (String name : all) {
      if (bytes(name) > MOST_BYTES) {
        throw new IllegalStateException(name + " is too long for Linux");
      }
    }
    return new ArrayList<>(all);
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }
}
