package io.kindnet.netlink.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Does what {@link NetworkNamespaces} says. */
final class NamespaceExtension
    implements BeforeAllCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(NamespaceExtension.class);

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    // Constructor parameters belong to the test, not to the class.
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    scope(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    scope(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    end(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Namespace.class || type == Machine.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    String label = parameter.getParameter().getName();
    return parameter.getParameter().getType() == Machine.class
        ? scope(context).machine(label)
        : scope(context).namespace(label);
  }

  private static NamespaceScope scope(ExtensionContext context) {
    return context
        .getStore(STORE)
        .computeIfAbsent(context.getUniqueId(), id -> NamespaceScope.begin(), NamespaceScope.class);
  }

  private static void end(ExtensionContext context) {
    NamespaceScope scope =
        context.getStore(STORE).remove(context.getUniqueId(), NamespaceScope.class);
    if (scope != null) {
      scope.end();
    }
  }
}
