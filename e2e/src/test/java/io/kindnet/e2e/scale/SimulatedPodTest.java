package io.kindnet.e2e.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SimulatedPodTest {
  private static final int MANY = 4000;
  private static final SimulatedPod.Size SIZE = new SimulatedPod.Size(10, 20);

  @Test
  void noTwoHaveTheSameNameOrAddress() throws Exception {
    Set<String> names = new TreeSet<>();
    Set<String> addresses = new TreeSet<>();
    int inHostNetwork = 0;
    for (int number = 0; number < MANY; number++) {
      SimulatedPod pod = new SimulatedPod(number, number, SIZE);
      JsonNode object = new ObjectMapper().readTree(pod.json());
      JsonNode status = new ObjectMapper().readTree(pod.status()).path("status");
      names.add(pod.namespace() + "/" + object.at("/metadata/name").asText());
      if (object.at("/spec/hostNetwork").asBoolean()) {
        inHostNetwork++;
      } else {
        status.path("podIPs").forEach(address -> addresses.add(address.path("ip").asText()));
      }
      assertThat(pod.json() + pod.status()).doesNotContain("@NA").doesNotContain("@IP");
    }
    assertThat(names).hasSize(MANY);
    assertThat(inHostNetwork).isEqualTo(MANY / 20);
    assertThat(addresses).hasSize(2 * (MANY - inHostNetwork));
    assertThat(SIZE.most()).isGreaterThanOrEqualTo(MANY);
  }

  @Test
  void isMadeFromWhatIsStoredOfAnotherOfItsShape() throws Exception {
    Map<String, SimulatedPod> models = new HashMap<>();
    for (int number = 0; number < MANY; number++) {
      SimulatedPod pod = new SimulatedPod(number, number, SIZE);
      SimulatedPod model = models.computeIfAbsent(pod.shape(), first -> pod);
      String stored = "\"uid\":\"an-uid\",\"resourceVersion\":\"42\"" + compact(model);
      String made = pod.likeStored(model, stored);
      assertThat(made).endsWith("\"resourceVersion\":\"\"" + compact(pod));
      assertThat(made).doesNotContain("an-uid");
    }
    assertThat(models).hasSize(4 * 5);
  }

  /** As the API server writes it. */
  private static String compact(SimulatedPod pod) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    return mapper.readTree(pod.json()).toString() + mapper.readTree(pod.status());
  }

  @Test
  void whoTakesThePlaceOfAnotherHasItsAddresses() {
    String first = new SimulatedPod(7, 7, SIZE).status();
    String next = new SimulatedPod(MANY + 7, 7, SIZE).status();
    String addresses = "\"podIPs\": [{\"ip\": \"10.0.8.2\"}, {\"ip\": \"fd00:10:244:8::2\"}]";
    assertThat(first).contains(addresses);
    assertThat(next).contains(addresses).isNotEqualTo(first);
  }
}
