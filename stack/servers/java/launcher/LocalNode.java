package launcher;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

/**
 * An Elasticsearch node from its jars, without the distribution's launcher.
 *
 * Argument: the configuration directory, which holds elasticsearch.yml and log4j2.properties.
 */
final class LocalNode {
    public static void main(String[] arguments) throws Exception {
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(Settings.EMPTY, Map.of(), Path.of(arguments[0]), () -> "node");
        LogConfigurator.registerErrorListener();
        LogConfigurator.setNodeName(Node.NODE_NAME_SETTING.get(environment.settings()));
        LogConfigurator.configure(environment, true);
        Node node = new Node(environment, Modules.of(environment));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node), "close"));
        node.start();
        Thread.currentThread().join(); // all threads of the node are daemons, so this one keeps the JVM alive
    }

    private static void close(Node node) {
        try {
            node.prepareForClose();
            node.close();
            node.awaitClose(10, TimeUnit.SECONDS);
        } catch (Exception failure) {
            failure.printStackTrace();
        }
    }
}
