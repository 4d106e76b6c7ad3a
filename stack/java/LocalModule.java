import java.io.IOException;
import java.io.Reader;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.core.TypeTokenFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.SimplePatternTokenizer;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.lucene.analysis.miscellaneous.DisableGraphAttribute;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * What a node made of the server jar alone lacks against the official image, as far as this project needs it: GET /, and
 * the analysis components below, under the official names and options, around the same Lucene classes.
 */
public final class LocalModule extends Plugin implements ActionPlugin, AnalysisPlugin {
    private ClusterService clusterService;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        clusterService = services.clusterService();
        return List.of();
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
        RestHandlersServices services,
        Supplier<DiscoveryNodes> nodes,
        Predicate<NodeFeature> clusterSupportsFeature
    ) {
        return List.of(new Root(clusterService));
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "mapping", needsOptions((index, environment, name, options) -> mapping(environment, name, options)),
            "pattern_replace", needsOptions((index, environment, name, options) -> patternReplace(name, options))
        );
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("simple_pattern", (index, environment, name, options) -> simplePattern(name, options));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "asciifolding", (index, environment, name, options) -> asciiFolding(name, options),
            "cjk_bigram", (index, environment, name, options) -> cjkBigram(name, options),
            "cjk_width", (index, environment, name, options) -> new Normalizer(name, CJKWidthFilter::new, CJKWidthFilter::new),
            "keep_types", needsOptions((index, environment, name, options) -> keepTypes(name, options)),
            "length", (index, environment, name, options) -> length(name, options),
            "truncate", needsOptions((index, environment, name, options) -> truncate(name, options))
        );
    }

    /** The names that an analyzer may use without configuring them first. */
    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        return List.of(
            PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new),
            PreConfiguredTokenFilter.singleton("cjk_bigram", false, CJKBigramFilter::new),
            PreConfiguredTokenFilter.singleton("cjk_width", true, CJKWidthFilter::new),
            PreConfiguredTokenFilter.singleton("length", false, input -> new LengthFilter(input, 0, Integer.MAX_VALUE)),
            PreConfiguredTokenFilter.singleton("truncate", false, input -> new TruncateTokenFilter(input, 10))
        );
    }

    /** Without it the node would try, at start, to build the component by its bare name and without options. */
    private static <T> AnalysisProvider<T> needsOptions(AnalysisProvider<T> provider) {
        return AnalysisPlugin.requiresAnalysisSettings(provider);
    }

    private static CharFilterFactory mapping(Environment environment, String name, Settings options) {
        List<String> rules = Analysis.getWordList(environment, options, "mappings");
        if (rules == null) {
            throw new IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured");
        }
        NormalizeCharMap map = MappingRules.parse(rules);
        return new CharFilter(name, input -> new MappingCharFilter(map, input));
    }

    private static CharFilterFactory patternReplace(String name, Settings options) {
        if (options.get("pattern", "").isEmpty()) {
            throw new IllegalArgumentException("pattern is missing for [" + name + "] char filter of type 'pattern_replace'");
        }
        Pattern pattern = Regex.compile(options.get("pattern"), options.get("flags"));
        String replacement = options.get("replacement", "");
        return new CharFilter(name, input -> new PatternReplaceCharFilter(pattern, replacement, input));
    }

    private static TokenizerFactory simplePattern(String name, Settings options) {
        String pattern = options.get("pattern", "");
        return TokenizerFactory.newFactory(name, () -> new SimplePatternTokenizer(pattern));
    }

    private static TokenFilterFactory asciiFolding(String name, Settings options) {
        boolean preserve = options.getAsBoolean("preserve_original", false);
        return new Normalizer(name, input -> new ASCIIFoldingFilter(input, preserve), ASCIIFoldingFilter::new);
    }

    private static TokenFilterFactory cjkBigram(String name, Settings options) {
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
            // a query over one-and-two-character tokens is no graph: taken for one, its paths grow exponentially
            bigrams.addAttribute(DisableGraphAttribute.class);
        }
        return bigrams;
    }

    private static TokenFilterFactory keepTypes(String name, Settings options) {
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

    private static TokenFilterFactory length(String name, Settings options) {
        int min = options.getAsInt("min", 0);
        int max = options.getAsInt("max", Integer.MAX_VALUE);
        return new Filter(name, input -> new LengthFilter(input, min, max));
    }

    private static TokenFilterFactory truncate(String name, Settings options) {
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

    /** A filter that normalizers of keyword fields may use too. */
    private record Normalizer(
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

    /** The rules of a `mapping` char filter: `a => b`, trimmed, with \\ \n \t \r \b \f and \u0000 escapes on both sides. */
    private static final class MappingRules {
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

    /** GET / and HEAD /: clients ask it who they talk to. */
    private static final class Root extends BaseRestHandler {
        private final ClusterService cluster;

        Root(ClusterService cluster) {
            this.cluster = cluster;
        }

        @Override
        public String getName() {
            return "main_action";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
        }

        @Override
        public boolean canTripCircuitBreaker() {
            return false;
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> {
                XContentBuilder answer = channel.newBuilder();
                if (!request.hasParam("pretty")) {
                    answer.prettyPrint().lfAtEnd();
                }
                channel.sendResponse(new RestResponse(RestStatus.OK, describe(answer, Build.current())));
            };
        }

        private XContentBuilder describe(XContentBuilder answer, Build build) throws IOException {
            var state = cluster.state();
            answer.startObject();
            answer.field("name", cluster.getNodeName());
            answer.field("cluster_name", state.getClusterName().value());
            answer.field("cluster_uuid", state.metadata().clusterUUID());
            answer.startObject("version");
            answer.field("number", build.qualifiedVersion());
            answer.field("build_flavor", build.flavor());
            answer.field("build_type", build.type().displayName());
            answer.field("build_hash", build.hash());
            answer.field("build_date", build.date());
            answer.field("build_snapshot", build.isSnapshot());
            answer.field("lucene_version", org.apache.lucene.util.Version.LATEST.toString());
            answer.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
            answer.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
            answer.endObject();
            answer.field("tagline", "You Know, for Search");
            return answer.endObject();
        }
    }
}
