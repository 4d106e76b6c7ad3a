package local;

import java.io.Reader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.core.TypeTokenFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.SimplePatternTokenizer;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.lucene.analysis.miscellaneous.DisableGraphAttribute;

/** The analysis components. Wrong options raise the same messages as in the official distribution. */
final class Components {
    private Components() {}

    static CharFilterFactory mapping(Environment environment, String name, Settings options) {
        List<String> rules = Analysis.getWordList(environment, options, "mappings");
        if (rules == null) {
            throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured");
        }
        NormalizeCharMap map = MappingRules.parse(rules);
        return new CharFilter(name, input -> new MappingCharFilter(map, input));
    }

    static CharFilterFactory patternReplace(String name, Settings options) {
        if (options.get("pattern", "").isEmpty()) {
            throw new IllegalArgumentException("pattern is missing for [" + name + "] char filter of type 'pattern_replace'");
        }
        Pattern pattern = Regex.compile(options.get("pattern"), options.get("flags"));
        String replacement = options.get("replacement", "");
        return new CharFilter(name, input -> new PatternReplaceCharFilter(pattern, replacement, input));
    }

    static TokenizerFactory simplePattern(String name, Settings options) {
        String pattern = options.get("pattern", "");
        return TokenizerFactory.newFactory(name, () -> new SimplePatternTokenizer(pattern));
    }

    static TokenFilterFactory asciiFolding(String name, Settings options) {
        boolean preserve = options.getAsBoolean("preserve_original", false);
        return new Normalizer(name, input -> new ASCIIFoldingFilter(input, preserve), ASCIIFoldingFilter::new);
    }

    static TokenFilterFactory cjkBigram(String name, Settings options) {
        var scripts = Map.of(
            "han", CJKBigramFilter.HAN, "hiragana", CJKBigramFilter.HIRAGANA,
            "katakana", CJKBigramFilter.KATAKANA, "hangul", CJKBigramFilter.HANGUL
        );
        List<String> ignored = options.getAsList("ignored_scripts");
        int flags = scripts.keySet().stream().filter(script -> !ignored.contains(script)).mapToInt(scripts::get).sum();
        boolean unigrams = options.getAsBoolean("output_unigrams", false);
        return new Filter(name, input -> bigrams(input, flags, unigrams));
    }

    private static TokenStream bigrams(TokenStream input, int flags, boolean unigrams) {
        TokenStream bigrams = new CJKBigramFilter(input, flags, unigrams);
        if (unigrams) {
            // A query over unigrams and bigrams must not become a graph query: its paths would grow exponentially.
            bigrams.addAttribute(DisableGraphAttribute.class);
        }
        return bigrams;
    }

    static TokenFilterFactory keepTypes(String name, Settings options) {
        List<String> types = options.getAsList("types", null);
        if (types == null) {
            throw new IllegalArgumentException("keep_types requires `types` to be configured");
        }
        String mode = options.get("mode", "include").toLowerCase(Locale.ROOT);
        if (!Set.of("include", "exclude").contains(mode)) {
            throw new IllegalArgumentException(
                "`keep_types` tokenfilter mode can only be [include] or [exclude] but was [" + mode + "]."
            );
        }
        return new Filter(name, input -> new TypeTokenFilter(input, Set.copyOf(types), mode.equals("include")));
    }

    static TokenFilterFactory length(String name, Settings options) {
        int min = options.getAsInt("min", 0);
        int max = options.getAsInt("max", Integer.MAX_VALUE);
        return new Filter(name, input -> new LengthFilter(input, min, max));
    }

    static TokenFilterFactory truncate(String name, Settings options) {
        int length = options.getAsInt("length", -1);
        if (length <= 0) {
            throw new IllegalArgumentException("length parameter must be provided");
        }
        return new Filter(name, input -> new TruncateTokenFilter(input, length));
    }

    private record CharFilter(String name, UnaryOperator<Reader> filter) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader input) {
            return filter.apply(input);
        }
    }

    private record Filter(String name, Function<TokenStream, TokenStream> filter) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream input) {
            return filter.apply(input);
        }
    }

    /** A token filter that normalizers of keyword fields may use, too. */
    record Normalizer(
        String name,
        Function<TokenStream, TokenStream> filter,
        Function<TokenStream, TokenStream> normalizer
    ) implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream input) {
            return filter.apply(input);
        }

        @Override
        public TokenStream normalize(TokenStream input) {
            return normalizer.apply(input);
        }
    }
}
