import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A label system's way to the masking service: records go in, and what may be printed comes out.
 *
 * <p>Copy this file; it needs JDK 17 or newer and nothing else. It keeps records in memory only, and neither a record
 * nor the key is ever in what it logs. docs/clients.md says what each answer means.
 *
 * <pre>
 *   export MASKING_URL=https://masking.example MASKING_API_KEY_FILE=label-printer.key
 *   java LabelClient.java records.ndjson >labels.ndjson
 * </pre>
 */
public final class LabelClient {
    /** The service takes no more in one call. */
    static final int MAX_RECORDS = 1_000;

    /** The service takes 2 MiB, but proxies before it often 1 MB only. */
    static final int MAX_BYTES = 1_000_000;

    static final Duration CONNECT = Duration.ofSeconds(3);

    /** The service answers within 5 seconds; the rest is for the network. */
    static final Duration ANSWER = Duration.ofSeconds(10);

    /** Between two attempts: doubled from one to the next. */
    static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    static final Duration MAX_PAUSE = Duration.ofSeconds(8);

    /** After one batch waited for its tokens in vain, others do not for so long. */
    static final Duration MASKS = Duration.ofSeconds(30);

    static final Set<String> HERE = Set.of("127.0.0.1", "[::1]", "localhost");

    /** The service will not do this, however often it is asked: a wrong key, a wrong request, a wrong address. */
    static final class Refused extends Exception {
        Refused(String why) {
            super(why);
        }
    }

    /** The service did not do this now, and may do it later: when it has been left alone for so many seconds. */
    static final class Unavailable extends Exception {
        final long after;

        Unavailable(String why, long after) {
            super(why);
            this.after = after;
        }
    }

    private final String url;
    private final String key;
    private final String schema;
    private final Duration patience;
    private final Consumer<String> log;
    private final HttpClient http;
    private long masksUntil = System.nanoTime();

    /**
     * Use one object a thread.
     *
     * @param url the service's: https://HOST[:PORT]; http:// on this machine only, or the key could be read on the way
     * @param key the API key of a label-printer
     * @param schema where the values are in the records
     * @param patience for how long a batch may wait for its tokens before it is printed without
     * @param log takes lines without personal data
     */
    LabelClient(String url, String key, String schema, Duration patience, Consumer<String> log) throws Refused {
        var address = URI.create(url);
        var here = "http".equals(address.getScheme()) && HERE.contains(address.getHost());
        if (!"https".equals(address.getScheme()) && !here) {
            throw new Refused("the URL is neither https:// nor this machine's");
        }
        if (!key.matches("[\\x21-\\x7e]+")) {
            throw new Refused("the key is none: it has to be one word"); // else an error below would show it
        }
        this.url = url.replaceAll("/+$", "");
        this.key = key;
        this.schema = schema;
        this.patience = patience;
        this.log = log;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NEVER) // no other host gets the key and the records
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
    }

    /**
     * Hands out one result a record, in the order of the records, while they are read.
     *
     * <p>A result has "record", which may be printed, or "error", with a code and places. "tokens" stand for the
     * values; where "stored" is false there are none yet: send that record again later.
     *
     * @param records each in JSON
     * @throws Refused when nothing more can be had
     * @throws Unavailable when not even masks can be had now; whatever was not handed out can be sent again
     */
    void labels(Iterator<String> records, Consumer<Map<String, Object>> each)
            throws Refused, Unavailable, InterruptedException {
        var batch = new ArrayList<String>();
        long size = 0, number = 0;
        while (records.hasNext()) {
            var text = checked(records.next(), number + 1);
            var bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (batch.size() == MAX_RECORDS || size + bytes > MAX_BYTES) {
                results(batch, number - batch.size() + 1).forEach(each);
                batch.clear();
                size = 0;
            }
            batch.add(text);
            size += bytes + 1;
            number++;
        }
        if (!batch.isEmpty()) {
            results(batch, number - batch.size() + 1).forEach(each);
        }
    }

    /** A record. Where it is no JSON, or larger than a batch, it is replaced by null, which fails alone. */
    private String checked(String record, long number) {
        String text;
        try {
            text = Json.write(Json.read(record));
        } catch (IllegalArgumentException fault) {
            log.accept("record " + number + ": not sent: no JSON");
            return "null";
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            log.accept("record " + number + ": not sent: more than " + MAX_BYTES + " bytes");
            return "null";
        }
        return text;
    }

    /** The results of a batch. What is wrong with a record is told. */
    private List<Map<String, Object>> results(List<String> batch, long first)
            throws Refused, Unavailable, InterruptedException {
        var results = answered(batch);
        for (int at = 0; at < results.size(); at++) {
            if (results.get(at).get("error") instanceof Map<?, ?> error) {
                tell(first + at, error);
            }
        }
        return results;
    }

    /** The results of a batch. Records that were too much with the others are sent again, with fewer. */
    private List<Map<String, Object>> answered(List<String> batch)
            throws Refused, Unavailable, InterruptedException {
        var results = sent(batch);
        var again = new ArrayList<Integer>();
        for (int at = 0; at < results.size(); at++) {
            if (results.get(at).get("error") instanceof Map<?, ?> error && "too-large".equals(error.get("code"))) {
                again.add(at);
            }
        }
        if (batch.size() == 1) {
            return results;
        }
        int half = again.size() == batch.size() ? again.size() / 2 : 0;
        for (var part : List.of(again.subList(0, half), again.subList(half, again.size()))) {
            if (!part.isEmpty()) {
                var parts = answered(part.stream().map(batch::get).toList());
                for (int at = 0; at < part.size(); at++) {
                    results.set(part.get(at), parts.get(at));
                }
            }
        }
        return results;
    }

    /** The results of a batch: with tokens, or masked only where tokens cannot be had in time. */
    private List<Map<String, Object>> sent(List<String> batch)
            throws Refused, Unavailable, InterruptedException {
        var body = "{\"schema\":" + Json.write(schema) + ",\"records\":[" + String.join(",", batch) + "]}";
        var results = tokenized(body, batch.size());
        if (results == null) {
            results = repeated("/v1/mask", body, batch.size());
            for (var result : results) {
                if (result.containsKey("record")) {
                    result.put("stored", false);
                }
            }
        }
        return results;
    }

    /** The results with tokens; null where they cannot be had in time. */
    private List<Map<String, Object>> tokenized(String body, int count) throws Refused, InterruptedException {
        if (System.nanoTime() - masksUntil < 0) {
            return null;
        }
        try {
            return repeated("/v1/tokenize", body, count);
        } catch (Unavailable why) {
            log.accept(count + " records are masked without tokens: " + why.getMessage());
            masksUntil = System.nanoTime() + MASKS.toNanos();
            return null;
        }
    }

    /** Send the same bytes until they are answered: a number with the same values has the same tokens. */
    private List<Map<String, Object>> repeated(String path, String body, int count)
            throws Refused, Unavailable, InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        var call = UUID.randomUUID().toString().replace("-", "");
        for (int attempt = 1; ; attempt++) {
            var requestId = "label-" + call + "-" + attempt;
            try {
                return once(path, body, count, requestId, deadline - System.nanoTime());
            } catch (Unavailable why) {
                // Half of the pause is chance, or all clients would come back at the same moment.
                var most = Math.min(MAX_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(attempt - 1, 10));
                var pause = ThreadLocalRandom.current().nextLong(most / 2, most + 1) + why.after * 1_000;
                log.accept(path + ": attempt " + attempt + " as " + requestId + ": " + why.getMessage());
                if (System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause) - deadline >= 0) {
                    throw why;
                }
                Thread.sleep(pause);
            }
        }
    }

    private List<Map<String, Object>> once(String path, String body, int count, String requestId, long left)
            throws Refused, Unavailable, InterruptedException {
        var answer = exchange(path, body, requestId, left);
        var status = answer.statusCode();
        if (status == 429 || status >= 500) {
            var after = answer.headers().firstValue("Retry-After").orElse("");
            var seconds = after.matches("[0-9]{1,6}") ? Long.parseLong(after) : 0;
            throw new Unavailable(status + " " + code(answer.body()), seconds);
        }
        if (status != 200) {
            throw new Refused(path + " as " + requestId + ": " + status + " " + code(answer.body()));
        }
        var results = new ArrayList<Map<String, Object>>();
        try {
            for (var result : (List<?>) ((Map<?, ?>) Json.read(answer.body())).get("results")) {
                results.add(Json.object(result));
            }
        } catch (IllegalArgumentException | ClassCastException | NullPointerException fault) {
            throw new Unavailable("an answer that is none", 0);
        }
        if (results.size() != count) {
            throw new Unavailable("an answer to something else", 0);
        }
        return results;
    }

    private HttpResponse<String> exchange(String path, String body, String requestId, long left)
            throws Refused, Unavailable, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .header("X-Request-Id", requestId)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        // The time-out of a request would end with the head of the answer; this one covers its body, too.
        var answer = http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return answer.get(Math.max(100_000_000, Math.min(ANSWER.toNanos(), left)), TimeUnit.NANOSECONDS);
        } catch (TimeoutException fault) {
            answer.cancel(true);
            throw new Unavailable("no answer in time", 0);
        } catch (ExecutionException fault) {
            for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
                if (cause instanceof CertificateException) {
                    throw new Refused("the service's certificate is not trusted");
                }
            }
            throw new Unavailable(fault.getCause().getClass().getSimpleName(), 0);
        }
    }

    /** Log what is wrong with a record: the place and the code, and never the value. */
    private void tell(long number, Map<?, ?> error) {
        if (error.get("errors") instanceof List<?> faults) {
            for (var each : faults) {
                var fault = Json.object(each);
                var pointer = "".equals(fault.get("pointer")) ? "(record)" : fault.get("pointer");
                log.accept("record " + number + ": " + pointer + " " + fault.get("code"));
            }
        } else {
            log.accept("record " + number + ": (record) " + error.get("code"));
        }
    }

    /** The code of a problem, and the places that it names; nothing where something else has answered. */
    private static String code(String content) {
        try {
            var problem = Json.object(Json.read(content));
            var said = new StringBuilder().append(problem.get("code"));
            if (problem.get("errors") instanceof List<?> faults) {
                for (var each : faults) {
                    var fault = Json.object(each);
                    said.append(' ').append(fault.get("pointer")).append(' ').append(fault.get("code"));
                }
            }
            return said.toString();
        } catch (IllegalArgumentException | ClassCastException fault) {
            return "(no problem document)";
        }
    }

    /** The client that the environment describes. The key is in a file or a variable, never on a command line. */
    static LabelClient fromEnvironment(Consumer<String> log) throws IOException, Refused {
        var file = System.getenv("MASKING_API_KEY_FILE");
        var inFile = file != null && !file.isEmpty();
        var key = inFile ? Files.readString(Path.of(file)) : System.getenv("MASKING_API_KEY");
        var url = System.getenv("MASKING_URL");
        if (url == null || key == null) {
            throw new Refused("MASKING_URL, or MASKING_API_KEY_FILE and MASKING_API_KEY, are not set");
        }
        try {
            var seconds = Double.parseDouble(System.getenv().getOrDefault("MASKING_PATIENCE", "30"));
            return new LabelClient(url, key.strip(), "standard", Duration.ofMillis((long) (seconds * 1_000)), log);
        } catch (IllegalArgumentException fault) {
            throw new Refused("MASKING_URL is no URL, or MASKING_PATIENCE no number");
        }
    }

    /** A line's text; nothing, which is no JSON either, where it is not UTF-8. */
    private static String text(String bytes) {
        try {
            var strict = StandardCharsets.UTF_8.newDecoder();
            return strict.decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1))).toString();
        } catch (CharacterCodingException fault) {
            return "";
        }
    }

    /**
     * Prints one result a line for each line of a file. Exits with 0; 1 if some records failed; 3 if some have no
     * tokens yet; 2 if it could not go on.
     */
    public static void main(String[] arguments) throws InterruptedException {
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        if (arguments.length != 1) {
            err.println("usage: java LabelClient.java RECORDS.ndjson >LABELS.ndjson");
            System.exit(2);
        }
        var failed = new AtomicLong();
        var unstored = new AtomicLong();
        // Bytes for now, so that a line that is not UTF-8 fails alone.
        try (var lines = Files.newBufferedReader(Path.of(arguments[0]), StandardCharsets.ISO_8859_1)) {
            fromEnvironment(err::println).labels(lines.lines().map(LabelClient::text).iterator(), result -> {
                failed.addAndGet(result.containsKey("error") ? 1 : 0);
                unstored.addAndGet(Boolean.FALSE.equals(result.get("stored")) ? 1 : 0);
                out.print(Json.write(result) + "\n");
            });
        } catch (IOException | UncheckedIOException | Refused | Unavailable why) {
            err.println("stopped: " + why.getMessage());
            out.flush();
            System.exit(2);
        }
        out.flush();
        System.exit(failed.get() > 0 ? 1 : unstored.get() > 0 ? 3 : 0);
    }

    /** JSON as far as it is needed here; put your own library in its place. Errors never hold what was read. */
    static final class Json {
        /** A number as it was written: no digit is lost. */
        record Digits(String text) {}

        private static final int DEEPEST = 64;
        private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        private static final Map<String, Object> WORDS = new HashMap<>();

        static {
            WORDS.put("null", null);
            WORDS.put("true", true);
            WORDS.put("false", false);
        }

        private final String text;
        private int at = 0;

        private Json(String text) {
            this.text = text;
        }

        /** Maps, lists, strings, Digits, booleans and null. */
        static Object read(String text) {
            var json = new Json(text);
            var value = json.value(0);
            if (json.next() != 0) {
                throw new IllegalArgumentException("more than one value");
            }
            return value;
        }

        @SuppressWarnings("unchecked")
        static Map<String, Object> object(Object value) {
            return (Map<String, Object>) value;
        }

        static String write(Object value) {
            var out = new StringBuilder();
            write(value, out);
            return out.toString();
        }

        private static void write(Object value, StringBuilder out) {
            if (value instanceof String text) {
                quote(text, out);
            } else if (value instanceof Map<?, ?> members) {
                var mark = '{';
                for (var member : members.entrySet()) {
                    out.append(mark);
                    quote((String) member.getKey(), out);
                    out.append(':');
                    write(member.getValue(), out);
                    mark = ',';
                }
                out.append(mark == '{' ? "{}" : "}");
            } else if (value instanceof List<?> items) {
                var mark = '[';
                for (var item : items) {
                    out.append(mark);
                    write(item, out);
                    mark = ',';
                }
                out.append(mark == '[' ? "[]" : "]");
            } else {
                out.append(value instanceof Digits number ? number.text() : String.valueOf(value));
            }
        }

        private static void quote(String text, StringBuilder out) {
            out.append('"');
            for (int at = 0; at < text.length(); at++) {
                var one = text.charAt(at);
                if (one == '"' || one == '\\') {
                    out.append('\\').append(one);
                } else if (one < ' ') {
                    out.append(String.format("\\u%04x", (int) one));
                } else {
                    out.append(one);
                }
            }
            out.append('"');
        }

        /** The next character that is no space; 0 at the end. */
        private char next() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void take(char wanted) {
            if (next() != wanted) {
                throw new IllegalArgumentException("no JSON at " + at);
            }
            at++;
        }

        private Object value(int depth) {
            if (depth > DEEPEST) {
                throw new IllegalArgumentException("nested too deep");
            }
            return switch (next()) {
                case '{' -> members(depth);
                case '[' -> items(depth);
                case '"' -> string();
                default -> scalar();
            };
        }

        private Map<String, Object> members(int depth) {
            var members = new LinkedHashMap<String, Object>();
            for (take('{'); next() != '}'; ) {
                if (!members.isEmpty()) {
                    take(',');
                }
                var name = string();
                take(':');
                members.put(name, value(depth + 1));
            }
            at++;
            return members;
        }

        private List<Object> items(int depth) {
            var items = new ArrayList<Object>();
            for (take('['); next() != ']'; ) {
                if (!items.isEmpty()) {
                    take(',');
                }
                items.add(value(depth + 1));
            }
            at++;
            return items;
        }

        private Object scalar() {
            var start = at;
            while (at < text.length() && "+-.".indexOf(text.charAt(at)) >= 0
                    || at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
                at++;
            }
            var word = text.substring(start, at);
            if (WORDS.containsKey(word)) {
                return WORDS.get(word);
            }
            if (!NUMBER.matcher(word).matches()) {
                throw new IllegalArgumentException("no JSON at " + start);
            }
            return new Digits(word);
        }

        private String string() {
            take('"');
            var out = new StringBuilder();
            for (char one; (one = character()) != '"'; ) {
                out.append(one == '\\' ? escaped() : one);
            }
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(out)) {
                throw new IllegalArgumentException("half a character");
            }
            return out.toString();
        }

        private char character() {
            if (at >= text.length() || text.charAt(at) < ' ') {
                throw new IllegalArgumentException("no JSON at " + at);
            }
            return text.charAt(at++);
        }

        private char escaped() {
            var one = character();
            if (one == 'u') {
                at += 4;
                return (char) HexFormat.fromHexDigits(text, at - 4, Math.min(at, text.length()));
            }
            var kind = "\"\\/bfnrt".indexOf(one);
            if (kind < 0) {
                throw new IllegalArgumentException("no JSON at " + at);
            }
            return "\"\\/\b\f\n\r\t".charAt(kind);
        }
    }
}
