package io.kindnet.cni.steps;

/** Is told of each step of a call as soon as it is done. */
@FunctionalInterface
public interface StepListener {
  /** {@code step} is done, and nothing of the next one. Called on the thread that did it. */
  void reached(Step step);
}
