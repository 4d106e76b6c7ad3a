package local;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.cjk.CJKWidthFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.rest.RestHandler;

/**
 * What this project needs of the official distribution and the server jar does not contain: GET /, and the analysis
 * components below. They have the official names and options and use the same Lucene classes.
 */
public final class LocalModule extends HandlerModule implements AnalysisPlugin {
    private ClusterService clusterService;

    @Override
    public Collection<?> createComponents(PluginServices services) {
        clusterService = services.clusterService();
        return List.of();
    }

    @Override
    List<RestHandler> handlers() {
        return List.of(new Root(clusterService));
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "mapping", needsOptions((index, environment, name, options) -> Components.mapping(environment, name, options)),
            "pattern_replace", needsOptions((index, environment, name, options) -> Components.patternReplace(name, options))
        );
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("simple_pattern", (index, environment, name, options) -> Components.simplePattern(name, options));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "asciifolding", (index, environment, name, options) -> Components.asciiFolding(name, options),
            "cjk_bigram", (index, environment, name, options) -> Components.cjkBigram(name, options),
            "cjk_width", (index, environment, name, options) -> new Components.Normalizer(name, CJKWidthFilter::new, CJKWidthFilter::new),
            "keep_types", needsOptions((index, environment, name, options) -> Components.keepTypes(name, options)),
            "length", (index, environment, name, options) -> Components.length(name, options),
            "truncate", needsOptions((index, environment, name, options) -> Components.truncate(name, options))
        );
    }

    /** Token filters that an analyzer may name without configuring them. */
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

    /** Otherwise the node would build the component at start, without options, and fail. */
    private static <T> AnalysisProvider<T> needsOptions(AnalysisProvider<T> provider) {
        return AnalysisPlugin.requiresAnalysisSettings(provider);
    }
}
