package launcher;

import java.util.Map;
import java.util.Set;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.PluginsLoader;

/** How the modules of a node are loaded, in Elasticsearch 8. */
final class Modules {
    private Modules() {}

    static PluginsLoader of(Environment environment) {
        var bundles = PluginsLoader.loadModulesBundles(environment.modulesDir());
        return PluginsLoader.createPluginsLoader(bundles, Set.of(), Map.of(), false);
    }
}
