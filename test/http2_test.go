//go:build unix

package test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

// knownFaults are the cases of h2spec that are not passed, or not always, with the
// reason.
var knownFaults = map[string]string{
	"Sends multiple values of SETTINGS_INITIAL_WINDOW_SIZE":                                              "it takes the same setting twice for an attack",
	"Sends a HEADERS frame that contains the connection-specific header field":                           "it answers 400 first, as RFC 9113 section 8.1.1 allows",
	`Sends a HEADERS frame that contains the TE header field with any value other than "trailers"`:       "the same",
	`Sends a HEADERS frame with the "content-length" header field which does not equal the`:              "the answer, 405, may come before the DATA frames",
	"Sends multiple WINDOW_UPDATE frames increasing the flow control window to above 2^31-1 on a stream": "the answer may be complete before the frames come",
}

// TestH2spec checks HTTP/2 over TLS by the cases of h2spec.
func TestH2spec(t *testing.T) {
	h2spec := requireProgram(t, "h2spec")
	addr := secureServer(t)
	host, port, _ := strings.Cut(addr, ":")
	out, _ := exec.Command(h2spec, "-t", "-k", "-h", host, "-p", port, "-P", "/hello.txt").CombinedOutput()
	failed := regexp.MustCompile(`(?m)^ *× \d+: (.*)$`).FindAllStringSubmatch(string(out), -1)
	for _, m := range failed {
		if !slices.ContainsFunc(keys(knownFaults), func(known string) bool { return strings.HasPrefix(m[1], known) }) {
			t.Errorf("h2spec: %s", m[1])
		}
	}
	summary := regexp.MustCompile(`(\d+) tests, (\d+) passed`).FindStringSubmatch(string(out))
	if summary == nil {
		t.Fatalf("h2spec came to no end:\n%s", out)
	}
	if passed, _ := strconv.Atoi(summary[2]); passed < 139 { // of 145; the known faults are six
		t.Errorf("%s", summary[0])
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

func keys(m map[string]string) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// secureServer runs the command with TLS, and returns the address of https.
func secureServer(t testing.TB) string {
	t.Helper()
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "localhost", "127.0.0.1")
	s := startServer(t, exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0",
		"--tls-cert", pair.Cert, "--tls-key", pair.Key, "--access-log", "off", "--root", site(t)))
	var m []string
	eventually(t, 5*time.Second, "the command tells its https address", func() bool {
		m = securePattern.FindStringSubmatch(s.log.String())
		return m != nil
	})
	return m[1]
}

// TestH2load has many streams of many connections ask at once.
func TestH2load(t *testing.T) {
	h2load := requireProgram(t, "h2load")
	addr := secureServer(t)
	for _, path := range []string{"/hello.txt", "/big.bin", "/missing"} {
		n := 2000
		if path == "/big.bin" {
			n = 40
		}
		out, err := exec.Command(h2load, "-n", fmt.Sprint(n), "-c", "10", "-m", "20", "https://"+addr+path).CombinedOutput()
		want := fmt.Sprintf("%d done, %d succeeded, 0 failed, 0 errored", n, n)
		if path == "/missing" {
			want = fmt.Sprintf("%d done, 0 succeeded, %d failed, 0 errored", n, n)
		}
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}
