package io.kindnet.cni.cli;

import io.kindnet.cni.delegation.DelegationProtocol;
import io.kindnet.cni.protocol.AgentReport;
import io.kindnet.cni.protocol.CniCommand;
import io.kindnet.cni.protocol.CniException;
import io.kindnet.cni.protocol.JsonText;
import io.kindnet.cni.store.CallCounters;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.Store;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cni-kindnet status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Tells whether kindnetd serves the calls of this node, and who has served how many.",
      "",
      "WARM and COLD are the pods that kindnetd, or the plugin by itself, has added and"
          + " deleted since the database was made; CALLS, ERRORS and MEDIAN are kindnetd's since it"
          + " began. Exits with 1 if kindnetd does not answer; then the plugin serves all calls.",
    })
final class StatusCommand implements Callable<Integer> {
  private static final CniCommand[] COUNTED = {CniCommand.ADD, CniCommand.DEL};
  private static final double MICROS_PER_MILLI = 1_000;

  private static final Listing<Row> LISTING =
      new Listing<>(
          List.of(
              new Listing.Column<>("verb", "VERB", Row::verb),
              new Listing.Column<>("warm", "WARM", row -> row.warm),
              new Listing.Column<>("cold", "COLD", row -> row.cold),
              new Listing.Column<>("calls", "CALLS", row -> row.agent.calls()),
              new Listing.Column<>("errors", "ERRORS", row -> row.agent.errors()),
              new Listing.Column<>("medianMillis", "MEDIAN MS", Row::median)));

  @Mixin private DatabaseOption database = new DatabaseOption();

  @Option(
      names = "--socket",
      paramLabel = "FILE",
      description = "Where kindnetd listens. Default: ${DEFAULT-VALUE}")
  private Path socket = DelegationProtocol.DEFAULT_SOCKET;

  @Option(names = "-o", paramLabel = "FORMAT", description = "table or json")
  private Listing.Format format = Listing.Format.table;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** What is known of a verb. */
  private record Row(String verb, Object warm, Object cold, AgentReport.Verb agent) {
    Object median() {
      return agent.calls() == 0 ? Listing.Unknown.UNKNOWN : agent.medianMicros() / MICROS_PER_MILLI;
    }
  }

  @Override
  public Integer call() throws CniException {
    AgentReport report = null;
    String problem = "";
    try {
      report = AgentClient.ask(socket);
    } catch (IOException silent) {
      problem = String.valueOf(silent.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    List<Row> rows = rows(report);
    if (format == Listing.Format.json) {
      out.println(json(report, problem, rows));
    } else {
      out.println(
          report == null
              ? "kindnetd does not answer at " + socket + ": " + problem
              : "kindnetd " + report.version() + " answers at " + socket);
      LISTING.print(out, format, rows);
    }
    out.flush();
    return report == null ? 1 : 0;
  }

  private List<Row> rows(@Nullable AgentReport report) throws CniException {
    List<AgentReport.Verb> served = report == null ? List.of() : report.verbs();
    List<Row> rows = new ArrayList<>();
    try (Store store = database.openIfThere()) {
      for (CniCommand command : COUNTED) {
        rows.add(row(command, store == null ? null : store.calls(), served));
      }
    }
    for (AgentReport.Verb verb : served) {
      if (!isCounted(verb.name())) {
        rows.add(new Row(verb.name(), Listing.Unknown.UNKNOWN, Listing.Unknown.UNKNOWN, verb));
      }
    }
    return rows;
  }

  private static Row row(
      CniCommand command, @Nullable CallCounters calls, List<AgentReport.Verb> served)
      throws CniException {
    Optional<AgentReport.Verb> verb =
        served.stream().filter(one -> one.name().equals(command.name())).findAny();
    return new Row(
        command.name(),
        calls == null ? 0 : calls.number(command, ExecutionMode.WARM),
        calls == null ? 0 : calls.number(command, ExecutionMode.COLD),
        verb.orElse(new AgentReport.Verb(command.name(), 0, 0, 0)));
  }

  private static boolean isCounted(String verb) {
    for (CniCommand command : COUNTED) {
      if (command.name().equals(verb)) {
        return true;
      }
    }
    return false;
  }

  private String json(@Nullable AgentReport report, String problem, List<Row> rows) {
    return JsonText.write(json -> {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeStringField("socket", socket.toString());
      json.writeBooleanField("answers", report != null);
      if (report == null) {
        json.writeStringField("reason", problem);
      } else {
        json.writeStringField("version", report.version());
      }
      json.writeFieldName("verbs");
      LISTING.write(json, rows);
      json.writeEndObject();
    });
  }
}
