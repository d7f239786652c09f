package gatewaytest

import (
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A Case is a script of the shell, s, what it is asked, and what is answered.
type Case struct {
	Name, Script string
	Request      *http1.Request
	Want         string
}

// Cases are those that hold for every gateway. A script is asked for as /s.
func Cases() []Case {
	const text = "echo 'Content-Type: text/plain'; "
	return []Case{
		{"a document", text + "echo; echo hello", Request("GET /s"), "200 Content-Type=text/plain: hello\n"},
		{"a status", text + "echo 'Status: 404 Not Here'; echo; echo none", Request("GET /s"), "404 Not Here Content-Type=text/plain: none\n"},
		{"CR LF", `printf 'Content-Type: text/plain\r\n\r\nbody'`, Request("GET /s"), "200 Content-Type=text/plain: body"},
		{"a redirect", "echo 'Location: http://example.org/'; echo", Request("GET /s"), "302 Location=http://example.org/: "},
		{"a redirect with a document", "echo 'Location: http://example.org/'; echo 'Status: 302 Found'; " + text + "echo; echo there", Request("GET /s"), "302 Found Location=http://example.org/ Content-Type=text/plain: there\n"},
		{"another redirect", "echo 'Location: http://example.org/'; echo 'Status: 307'; echo", Request("GET /s"), "307 Location=http://example.org/: "},
		{"a redirect to a host", "echo 'Location: //example.org/'; echo", Request("GET /s"), "302 Location=//example.org/: "},
		{"a path with more", "echo 'Location: /there'; echo 'Set-Cookie: a=1'; echo", Request("GET /s"), "302 Location=/there Set-Cookie=a=1: "},
		{"a local redirect, and no site", "echo 'Location: /there'; echo", Request("GET /s"), "failure 502"},
		{"repeated", text + "echo 'Set-Cookie: a=1'; echo 'Set-Cookie: b=2'; echo", Request("GET /s"), "200 Content-Type=text/plain Set-Cookie=a=1, b=2: "},
		{"the length", text + "echo 'Content-Length: 3'; echo; printf abc", Request("GET /s"), "200 Content-Type=text/plain: abc"},
		{"no body at all", text + "echo 'Content-Length: 0'; echo; printf abc", Request("GET /s"), "200 Content-Type=text/plain: "},
		{"HEAD", text + "echo 'Content-Length: 3'; echo; printf abc", Request("HEAD /s"), "200 Content-Type=text/plain Content-Length=3: "},
		{"not modified", "echo 'Status: 304'; echo; echo body", Request("GET /s"), "304: "},
		{"a path", text + `echo; echo "$PATH_INFO $QUERY_STRING $SCRIPT_NAME"`, Request("GET /s/a%20b?c"), "200 Content-Type=text/plain: /a b c /s\n"},
		{"the body", text + "echo; cat", Request("POST /s", "the body"), "200 Content-Type=text/plain: the body"},
		{"a body that is not read", text + "echo; exec 0<&-; echo done", Request("POST /s", strings.Repeat("x", 300_000)), "200 Content-Type=text/plain: done\n"},
		{"all read, then answered", "n=$(wc -c); " + text + "echo; echo $((n))", Request("POST /s", strings.Repeat("x", 300_000)), "200 Content-Type=text/plain: 300000\n"},
		{"no body", text + `echo; cat; echo "${CONTENT_LENGTH-none}"`, Request("GET /s"), "200 Content-Type=text/plain: none\n"},
		{"an end by status", text + "echo; echo all; exit 3", Request("GET /s"), "200 Content-Type=text/plain: all\n"},
		{"an end by a signal", text + "echo; echo some; kill -9 $$", Request("GET /s"), "200 Content-Type=text/plain: broken"},
		{"nothing said", "exit 0", Request("GET /s"), "failure 502"},
		{"an incomplete head", text, Request("GET /s"), "failure 502"},
		{"no head", "echo Hello, world", Request("GET /s"), "failure 502"},
		{"too large a head", "echo X-A: $(head -c 40000 /dev/zero | tr '\\0' x); " + text + "echo", Request("GET /s"), "failure 502"},
		{"too much output", text + "echo; head -c 2000000 /dev/zero", Request("GET /s"), "200 Content-Type=text/plain: broken"},
	}
}

// Answers runs cases. open gives the handler of a directory with some scripts,
// that may say output bytes. It is also to see that nothing is left of a request.
func Answers(t *testing.T, cases []Case, open func(t *testing.T, files map[string]string, output int64) http1.HandlerPart) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			axontest.NoLeak(t)
			h := open(t, map[string]string{
				"s": Sh(c.Script), "nph-s": Sh("printf 'HTTP/1.1 203 Mine\\r\\nContent-Type: text/plain\\r\\n\\r\\nraw'"),
				"text": "secret", "bad": "#!/none/such\n",
			}, 1_000_000)
			fields := []string{"Location", "Content-Type", "Set-Cookie"}
			if c.Request.Method == "HEAD" {
				fields = append(fields, "Content-Length")
			}
			if got := Ask(t, h, c.Request).Said(fields...); got != c.Want {
				t.Errorf("%.300s, want %s", got, c.Want)
			}
		})
	}
}
