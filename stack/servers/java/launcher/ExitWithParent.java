package launcher;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Runs the main method of a class, and exits when standard input ends.
 *
 * Standard input is a pipe from the parent process. It ends when the parent does, even by SIGKILL, so that no
 * server keeps running without its parent.
 *
 * Arguments: the name of the class, then its own arguments.
 */
final class ExitWithParent {
    private static final int SHUTDOWN_TIMEOUT_SECONDS = 20;

    public static void main(String[] arguments) throws Exception {
        Thread watcher = new Thread(() -> exitAtEndOf(System.in), "exit-with-parent");
        watcher.setDaemon(true);
        watcher.start();
        var main = Class.forName(arguments[0]).getMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void exitAtEndOf(InputStream input) {
        try {
            while (input.read() != -1) {}
        } catch (IOException broken) {
            // a broken pipe means that the parent has ended, too
        }
        Thread guard = new Thread(ExitWithParent::halt, "halt");
        guard.setDaemon(true);
        guard.start();
        System.exit(0);
    }

    private static void halt() {
        try {
            Thread.sleep(SHUTDOWN_TIMEOUT_SECONDS * 1000L);
        } catch (InterruptedException interrupted) {
            // halt at once
        }
        Runtime.getRuntime().halt(1);
    }
}
