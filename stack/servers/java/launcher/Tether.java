package launcher;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Runs another program's main, and ends it in order when standard input ends.
 *
 * Standard input is a pipe whose only other end is the process that started this one. Whatever happens to that
 * process, SIGKILL included, the pipe ends, so that no server is ever left behind.
 *
 * Arguments: the class whose main to run, then that program's own arguments.
 */
final class Tether {
    private static final int SECONDS_FOR_AN_ORDERLY_END = 20;

    public static void main(String[] arguments) throws Exception {
        Thread watcher = new Thread(() -> endWith(System.in), "tether");
        watcher.setDaemon(true);
        watcher.start();
        var main = Class.forName(arguments[0]).getMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    private static void endWith(InputStream input) {
        try {
            while (input.read() != -1) {}
        } catch (IOException gone) {
            // a broken pipe is an ended pipe
        }
        Thread guard = new Thread(Tether::halt, "halt");
        guard.setDaemon(true);
        guard.start();
        System.exit(0);
    }

    private static void halt() {
        try {
            Thread.sleep(SECONDS_FOR_AN_ORDERLY_END * 1000L);
        } catch (InterruptedException impatient) {
            // then halt at once
        }
        Runtime.getRuntime().halt(1);
    }
}
