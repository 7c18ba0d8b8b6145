package io.kindnet.cni;

import io.kindnet.cni.kill.KillPoint;
import io.kindnet.cni.kill.Killer;
import io.kindnet.cni.protocol.StandardInput;
import io.kindnet.cni.store.BusyTimeout;
import io.kindnet.cni.store.ExecutionMode;
import io.kindnet.cni.store.StoreProvider;
import java.io.IOException;

/**
 * The plugin as a process that is killed in the middle: {@code KilledCall STEP TIME}. Its
 * environment and standard input are those of the call.
 */
final class KilledCall {
  /** Of a process that reached its end. */
  static final int SURVIVED = 3;

  private KilledCall() {}

  public static void main(String[] arguments) throws IOException {
    KillPoint point = new KillPoint(arguments[0], Integer.parseInt(arguments[1]));
    Reply reply =
        CniCall.answer(
            System.getenv(),
            new StandardInput(System.in.readAllBytes()),
            Kernel::open,
            StoreProvider.OF_ONE_CALL,
            BusyTimeout.USUAL,
            ExecutionMode.COLD,
            new Killer(point)::reached);
    System.out.print(reply.document());
    System.exit(SURVIVED);
  }
}
