package io.kindnet.netlink.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives tests network namespaces: each parameter of type {@link Namespace}, or {@link Machine},
 * gets a fresh one, which goes after the test.
 *
 * <ul>
 *   <li>Parameters of the constructor, of {@code @BeforeEach}, {@code @AfterEach} and test methods
 *       live for one test. Parameters of the same name are the same namespace, so that what
 *       {@code @BeforeEach} prepared as {@code host} is {@code host} in the test.
 *   <li>Parameters of {@code @BeforeAll} and {@code @AfterAll} live for the class.
 *   <li>After each test the machine must look as before it: no namespace more, and the links,
 *       routes and nftables rules of the namespace that the test process itself is in unchanged.
 *   <li>Without the rights to make namespaces the test fails. It never skips.
 *   <li>The test has the tag {@code kernel}: {@code make vm} runs it on other kernels, too.
 * </ul>
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kernel")
@ExtendWith(NamespaceExtension.class)
public @interface NetworkNamespaces {}
