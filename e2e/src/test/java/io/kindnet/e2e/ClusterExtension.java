package io.kindnet.e2e;

import java.util.Locale;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Brings the cluster up once, and looks after it between scenarios; {@code e2e/run} removes it. */
final class ClusterExtension implements ParameterResolver, BeforeEachCallback, AfterEachCallback {

  @Override
  public void beforeEach(ExtensionContext context) {
    Progress.say("» " + context.getRequiredTestClass().getSimpleName() + ": " + name(context));
    cluster(context).prepare();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      Progress.say("  failed: " + context.getExecutionException().get().getMessage());
      cluster(context).describeTo(Progress::say);
    }
    cluster(context).clean();
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestCluster.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cluster(context);
  }

  /** The method's name as words. */
  private static String name(ExtensionContext context) {
    return context
        .getRequiredTestMethod()
        .getName()
        .replaceAll("(\\p{Upper})", " $1")
        .toLowerCase(Locale.ROOT);
  }

  private static TestCluster cluster(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(ClusterExtension.class))
        .computeIfAbsent(TestCluster.class, _ -> TestCluster.up(), TestCluster.class);
  }
}
