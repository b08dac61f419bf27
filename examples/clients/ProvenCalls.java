import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
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

    private static byte[] sha256(byte[] content) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String b64(byte[] content) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(content);
    }

    /** A coordinate of the public key: 32 bytes. */
    private static String b64(BigInteger coordinate) {
        byte[] padded = new byte[64], written = coordinate.toByteArray();
        System.arraycopy(written, 0, padded, 64 - written.length, written.length);
        return b64(Arrays.copyOfRange(padded, 32, 64));
    }

    /** The header DPoP of one request. */
    private static String prove(KeyPair key, String method, String path, String body, String nonce) throws Exception {
        var point = ((ECPublicKey) key.getPublic()).getW();
        String jwk = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}".formatted(b64(point.getAffineX()), b64(point.getAffineY()));
        byte[] id = new byte[16], content = new byte[64];
        new SecureRandom().nextBytes(id);
        String[] parts = path.split("\\?", 2);
        System.arraycopy(sha256(bytes(parts.length > 1 ? parts[1] : "")), 0, content, 0, 32);
        System.arraycopy(sha256(bytes(body)), 0, content, 32, 32);
        String head = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":%s}".formatted(jwk);
        String claims = "{\"htm\":\"%s\",\"htu\":\"%s\",\"iat\":%d,\"jti\":\"%s\",\"nonce\":\"%s\",\"ath\":\"%s\",\"rqh\":\"%s\"}".formatted(
                method, URL + parts[0], System.currentTimeMillis() / 1000, b64(id), nonce, b64(sha256(bytes(TOKEN))), b64(sha256(content)));
        String signed = b64(bytes(head)) + "." + b64(bytes(claims));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key.getPrivate());
        signature.update(bytes(signed));
        return signed + "." + b64(signature.sign());
    }

    /** Sends a request; again with the nonce, where the service asks for that. */
    private static HttpResponse<String> ask(KeyPair key, String method, String path, String body, String nonce) throws Exception {
        var sent = HttpRequest.newBuilder(URI.create(URL + path)).timeout(Duration.ofSeconds(10))
                .header("Authorization", "Bearer " + TOKEN).header("Content-Type", "application/json")
                .header("DPoP", prove(key, method, path, body, nonce))
                .method(method, body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        var answer = HttpClient.newHttpClient().send(sent.build(), HttpResponse.BodyHandlers.ofString());
        boolean asked = answer.statusCode() == 401 && answer.body().contains("\"device-proof-required\"");
        return asked && nonce.isEmpty() ? ask(key, method, path, body, answer.headers().firstValue("DPoP-Nonce").orElseThrow()) : answer;
    }

    private static KeyPair key() throws Exception {
        Path secret = Path.of("device.key"), open = Path.of("device.pub");
        if (!Files.exists(secret)) {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair made = generator.generateKeyPair();
            Files.write(secret, made.getPrivate().getEncoded());
            Files.write(open, made.getPublic().getEncoded());
        }
        var factory = KeyFactory.getInstance("EC");
        return new KeyPair(factory.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(open))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(secret))));
    }

    public static void main(String[] words) throws Exception {
        boolean enrolling = words[0].equals("enrol");
        String body = "{\"name\":\"" + words[1] + "\"}";
        var answer = enrolling ? ask(key(), "POST", "/v1/me/devices", body, "") : ask(key(), "GET", "/v1/waybills/" + words[1], "", "");
        Matcher device = Pattern.compile("\"device\":\"([^\"]+)\"").matcher(answer.body());
        if (enrolling && device.find()) {
            BigInteger code = new BigInteger(1, sha256(bytes("device-code/1" + device.group(1)))).shiftRight(256 - 50);
            StringBuilder spoken = new StringBuilder("code ");
            for (int at = 45; at >= 0; at -= 5) {
                spoken.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(code.shiftRight(at).intValue() & 31));
            }
            System.out.println(spoken);
        }
        System.out.println(answer.body());
        System.exit(answer.statusCode() < 300 ? 0 : 1);
    }
}
