package io.kindnet.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives scenarios the cluster that they share, as a parameter of type {@link TestCluster}: nodes
 * are there, kindnet is installed, no pods run. After each scenario its pods are deleted, and then
 * no node may have anything left of them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ClusterExtension.class)
@interface RealCluster {}
