package local;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** GET / and HEAD /: clients read the version from it. */
final class Root extends BaseRestHandler {
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
