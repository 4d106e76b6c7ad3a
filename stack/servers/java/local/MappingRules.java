package local;

import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;

/** The rules of a `mapping` char filter: `a => b`, trimmed, with \\ \n \t \r \b \f and \u0000 escapes on both sides. */
final class MappingRules {
    private static final Pattern RULE = Pattern.compile("(.*)\\s*=>\\s*(.*)\\s*$");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(.{4})|(.)|$)", Pattern.DOTALL);
    private static final Map<String, String> CONTROLS = Map.of("n", "\n", "t", "\t", "r", "\r", "b", "\b", "f", "\f");

    static NormalizeCharMap parse(List<String> rules) {
        var map = new NormalizeCharMap.Builder();
        for (String rule : rules) {
            Matcher sides = RULE.matcher(rule);
            if (!sides.find()) {
                throw new IllegalArgumentException("Invalid Mapping Rule : [" + rule + "]");
            }
            map.add(unescape(sides.group(1).trim()), unescape(sides.group(2).trim()));
        }
        return map.build();
    }

    private static String unescape(String side) {
        return ESCAPE.matcher(side).replaceAll(escape -> Matcher.quoteReplacement(character(escape, side)));
    }

    private static String character(MatchResult escape, String side) {
        if (escape.group(1) != null) {
            return Character.toString((char) Integer.parseInt(escape.group(1), 16));
        }
        if (escape.group(2) == null || escape.group(2).equals("u")) {
            throw new IllegalArgumentException("Invalid escaped char in [" + side + "]");
        }
        return CONTROLS.getOrDefault(escape.group(2), escape.group(2));
    }
}
