import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A courier app's device proofs (DPoP, RFC 9449; docs/signatures.md): enrol this device, then view a waybill with it.
 *
 * <p>Copy this file; it needs JDK 17 or newer and nothing else. On a phone the key stays in its keystore.
 *
 * <pre>
 *   export MASKING_URL=https://masking.example.com MASKING_TOKEN=…
 *   java ProvenCalls.java enrol "round phone"     # prints the code that the courier reads to a supervisor
 *   java ProvenCalls.java view YT8800400000001
 * </pre>
 */
public final class ProvenCalls {
    private static final String URL = System.getenv("MASKING_URL"), TOKEN = System.getenv("MASKING_TOKEN");

    private final KeyPair key;
    private String nonce = ""; // the newest of the service

    private ProvenCalls(KeyPair key) {
        this.key = key;
    }

    private static byte[] sha256(byte[] content) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    private static String b64(byte[] content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }

    /** The public key, whose two coordinates are the last 64 bytes of its encoding. */
    private String jwk() {
        byte[] encoded = key.getPublic().getEncoded();
        int x = encoded.length - 64, y = encoded.length - 32;
        return "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(
                b64(Arrays.copyOfRange(encoded, x, y)), b64(Arrays.copyOfRange(encoded, y, encoded.length)));
    }

    /** The header DPoP of one request. */
    private String prove(String method, String path, String body) throws Exception {
        String[] parts = path.split("\\?", 2);
        var content = ByteBuffer.allocate(64).put(sha256((parts.length > 1 ? parts[1] : "").getBytes(UTF_8))).put(sha256(body.getBytes(UTF_8)));
        String head = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s}".formatted(jwk());
        String claims = "{\"htm\":\"%s\",\"htu\":\"%s\",\"iat\":%d,\"jti\":\"%s\",\"nonce\":\"%s\",\"ath\":\"%s\",\"rqh\":\"%s\"}".formatted(
                method, URL + parts[0], System.currentTimeMillis() / 1000, UUID.randomUUID(), nonce, b64(sha256(TOKEN.getBytes(UTF_8))), b64(sha256(content.array())));
        String signed = b64(head.getBytes(UTF_8)) + "." + b64(claims.getBytes(UTF_8));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key.getPrivate());
        signature.update(signed.getBytes(UTF_8));
        return signed + "." + b64(signature.sign());
    }

    /** Sends a request; again with a new nonce, where the service asks for that. */
    private HttpResponse<String> ask(String method, String path, String body, boolean again) throws Exception {
        var sent = HttpRequest.newBuilder(URI.create(URL + path)).timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + TOKEN).header("Content-Type", "application/json")
                .header("DPoP", prove(method, path, body)).method(method, HttpRequest.BodyPublishers.ofString(body));
        var answer = HttpClient.newHttpClient().send(sent.build(), HttpResponse.BodyHandlers.ofString());
        nonce = answer.headers().firstValue("DPoP-Nonce").orElse(nonce);
        return again && answer.statusCode() == 401 ? ask(method, path, body, false) : answer;
    }

    /** This device's key, made at the first start. */
    private static KeyPair key() throws Exception {
        Path secret = Path.of("device.key"), open = Path.of("device.pub");
        if (!Files.exists(secret)) {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair made = generator.generateKeyPair();
            Files.createFile(secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(secret, made.getPrivate().getEncoded());
            Files.write(open, made.getPublic().getEncoded());
        }
        var factory = KeyFactory.getInstance("EC");
        return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(open))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(secret))));
    }

    public static void main(String[] words) throws Exception {
        var calls = new ProvenCalls(key());
        boolean enrols = words[0].equals("enrol");
        var answer = enrols ? calls.ask("POST", "/v1/me/devices", "{\"name\":\"" + words[1] + "\"}", true)
                : calls.ask("GET", "/v1/waybills/" + words[1], "", true);
        var device = Pattern.compile("\"device\":\"([^\"]+)\"").matcher(answer.body());
        if (enrols && device.find()) {
            long code = ByteBuffer.wrap(sha256(("device-code/1" + device.group(1)).getBytes(UTF_8))).getLong();
            var spoken = new StringBuilder("code ");
            for (int at = 59; at >= 14; at -= 5) { // the first fifty bits, in base32
                spoken.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt((int) (code >>> at) & 31));
            }
            System.out.println(spoken);
        }
        System.out.println(answer.body());
        System.exit(answer.statusCode() < 300 ? 0 : 1);
    }
}
