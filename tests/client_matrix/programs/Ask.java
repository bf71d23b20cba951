import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Makes one streamed chat completion and prints the bytes of the answer: Ask BASE_URL VERSION [PROXY_PORT] */
public class Ask {
  static final String BODY = "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
      + "\"messages\":[{\"role\":\"user\",\"content\":\"Name a river.\"}]}";

  public static void main(String[] given) throws Exception {
    var client = HttpClient.newBuilder()
        .version(given[1].equals("h2") ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1);
    if (given.length > 2) {
      client.proxy(ProxySelector.of(new InetSocketAddress("127.0.0.1", Integer.parseInt(given[2]))));
    }
    var request = HttpRequest.newBuilder(URI.create(given[0] + "/v1/chat/completions"))
        .header("content-type", "application/json").header("authorization", "Bearer sk-test")
        .POST(HttpRequest.BodyPublishers.ofString(BODY)).build();
    var response = client.build().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.print(response.statusCode() + " " + response.body());
    System.exit(0);
  }
}
