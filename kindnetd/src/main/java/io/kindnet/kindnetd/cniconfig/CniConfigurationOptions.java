package io.kindnet.kindnetd.cniconfig;

import java.nio.file.Path;

/**
 * What is written for the container runtime.
 *
 * @param plugins {@code --cni-plugins} and {@code CNI_BRIDGE}, else what {@code POD_SUBNET} and
 *     {@code --cni-bin-dir} suggest
 * @param directory {@code --cni-conf-dir}, where the runtime looks for configurations
 */
public record CniConfigurationOptions(PluginChain plugins, Path directory) {}
