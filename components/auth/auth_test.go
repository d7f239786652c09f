package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// What htpasswd made of the password "secret", with -B, -m, -s, -2 and -5; openssl
// passwd -6, and OpenLDAP's slappasswd.
const written = `
# a comment
alice:$2y$04$UhIctdn.s9.TdQPsZ.W4V.F4aZFeLBat.kEtWKTBs9r7Y1Syvl51W
bob:$apr1$q8rL/ZZJ$j8k8seu20EYorvpd5hR2A0

carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=
erin:$5$uAtySDoQmh7cwP8Y$Mdr2.uvX5WF8ioJFrwsq0gPGYIvnp1Vgxj9ml82sFj.
frank:$6$GfReHMSOmG45MSuw$QANQGYW6dnQc.4jm8kvH3fnaUPEt1ubEWEKXG4n/XSFqcVq3/zkmofgPkw6pykbjr4TMLxv3QRqgkyD5anH/v.
grace hopper:$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1
`

func write(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "users")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func open(t testing.TB, u *Users) *Users {
	t.Helper()
	if u.File == "" {
		u.File = write(t, written)
	}
	if err := u.Open(); err != nil {
		t.Fatal(err)
	}
	return u
}

var home = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5}

func TestUsers_Kinds(t *testing.T) {
	u := open(t, &Users{})
	for _, name := range []string{"alice", "bob", "carol", "erin", "frank", "grace hopper"} {
		for range 2 { // compared, and then remembered
			for password, want := range map[string]bool{"secret": true, "Secret": false, "": false, "secret ": false, strings.Repeat("a", 2000): false} {
				if ok, err := u.Check(t.Context(), name, password, nil); ok != want || err != nil {
					t.Errorf("%s, %q: %v, %v", name, password, ok, err)
				}
			}
		}
	}
	for _, name := range []string{"", "nobody", "Alice", "# a comment"} {
		if ok, err := u.Check(t.Context(), name, "secret", nil); ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	// A name and a password are not one text.
	if once, twice := u.key("a", "bc"), u.key("a", "bc"); u.key("ab", "c") == once || once != twice {
		t.Error("keys")
	}
}

func TestUsers_Mistakes(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"no colon":      {"alice", ":1: not a name, a colon and a password"},
		"no name":       {"\n:x", ":2: not a name"},
		"plain":         {"gina:secret", `:1: the password of "gina": neither bcrypt nor`},
		"crypt of DES":  {"dave:ssJYNQWMhTN0g", "neither bcrypt nor"},
		"nothing":       {"dave:", "neither bcrypt nor"},
		"bad bcrypt":    {"a:$2y$04$short", "not what bcrypt makes"},
		"bcrypt cost":   {"a:$2y$99$UhIctdn.s9.TdQPsZ.W4V.F4aZFeLBat.kEtWKTBs9r7Y1Syvl51W", "not what bcrypt makes"},
		"bad sha-crypt": {"a:$6$rounds=5$salt", "not what sha-crypt makes"},
		"bad SHA":       {"a:{SHA}xx", "malformed"},
		"bad apr1":      {"a:$apr1$salt", "malformed"},
		"twice":         {"a:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\na:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", `:2: "a" is there twice`},
		"long line":     {strings.Repeat("a", 1<<17), "token too long"},
	} {
		err := (&Users{File: write(t, tc.text)}).Open()
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
		if err != nil && strings.Contains(err.Error(), "ssJY") {
			t.Errorf("%s: the error tells the password: %v", name, err)
		}
	}
	if err := (&Users{File: filepath.Join(t.TempDir(), "missing")}).Open(); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := new(Users).Check(t.Context(), "a", "b", nil); err == nil {
		t.Error("Check before Open")
	}
}

// The file is read again when it changes, and while it is broken nobody enters.
func TestUsers_Change(t *testing.T) {
	u := open(t, &Users{Fresh: time.Nanosecond})
	check := func(name string, want bool, wantErr string) {
		t.Helper()
		ok, err := u.Check(t.Context(), name, "secret", nil)
		if ok != want || (err == nil) != (wantErr == "") || err != nil && !strings.Contains(err.Error(), wantErr) {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	replace := func(text string) {
		t.Helper()
		if err := os.WriteFile(u.File+".new", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(u.File+".new", u.File); err != nil {
			t.Fatal(err)
		}
	}
	check("carol", true, "")
	check("zoe", false, "")
	replace("zoe:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n")
	check("carol", false, "")
	check("zoe", true, "")
	replace("broken")
	check("zoe", false, "not a name")
	if err := os.Remove(u.File); err != nil {
		t.Fatal(err)
	}
	check("zoe", false, "no such file")
	replace(written)
	check("carol", true, "")
}

// counted is a password that notes how often it was compared.
type counted struct {
	mu    sync.Mutex
	n     int
	gate  chan struct{}
	right string
}

func (c *counted) MatchesPassword(password string) bool {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
	if c.gate != nil {
		<-c.gate
	}
	return password == c.right
}

func TestUsers_ComparedOnce(t *testing.T) {
	u := open(t, &Users{Fresh: time.Hour, Guesses: -1, Parallel: 1})
	c := &counted{right: "secret"}
	u.entries.users["slow"], u.entries.dummy = c, c
	for range 10 {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for _, password := range []string{"secret", "wrong"} {
					if ok, err := u.Check(context.Background(), "slow", password, nil); ok != (password == "secret") || err != nil {
						t.Error(password, ok, err)
					}
				}
			})
		}
		all.Wait()
	}
	if c.n != 2 {
		t.Errorf("compared %d times, want once for each password", c.n)
	}
	// An unknown user's password is compared as well, with something.
	if ok, err := u.Check(t.Context(), "unknown", "secret", nil); ok || err != nil || c.n != 3 {
		t.Error(ok, err, c.n)
	}
	for i := range 3 * mostVerdicts {
		u.right.add([32]byte{byte(i), byte(i >> 8), byte(i >> 16)})
	}
	if len(u.right) != mostVerdicts {
		t.Errorf("%d verdicts are remembered", len(u.right))
	}
}

func TestUsers_Guesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := open(t, &Users{Fresh: time.Hour, Guesses: 3})
		tries := 0
		try := func(from net.Addr, right bool, want error) {
			t.Helper()
			tries++
			password := fmt.Sprint("wrong", tries)
			if right {
				password = "secret"
			}
			if ok, err := u.Check(t.Context(), "carol", password, from); ok != (right && want == nil) || !errors.Is(err, want) {
				t.Errorf("try %d: %v, %v", tries, ok, err)
			}
		}
		other := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 5}
		for range 3 {
			try(home, false, nil)
		}
		try(home, false, ErrGuesses)
		try(home, true, ErrGuesses) // nor is a right one compared
		try(other, true, nil)
		try(home, true, nil) // it is known to be right now
		time.Sleep(20 * time.Second)
		try(home, false, nil)
		try(home, false, ErrGuesses)
		time.Sleep(time.Hour)
		for range 3 {
			try(home, false, nil)
		}
		try(home, false, ErrGuesses)
		for range 10 {
			try(other, true, nil) // those who know it are never stopped
		}
	})
}

func TestUsers_Busy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := open(t, &Users{Fresh: time.Hour, Parallel: 2})
		c := &counted{right: "secret", gate: make(chan struct{})}
		u.entries.users["slow"] = c
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() { u.Check(context.Background(), "slow", fmt.Sprint(i), nil) })
		}
		synctest.Wait()
		start := time.Now()
		if _, err := u.Check(t.Context(), "slow", "x", nil); err != ErrBusy || time.Since(start) != defaultPatience {
			t.Error(err, time.Since(start))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := u.Check(ctx, "slow", "x", nil); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		close(c.gate)
		all.Wait()
		if ok, err := u.Check(t.Context(), "slow", "secret", nil); !ok || err != nil {
			t.Error(ok, err)
		}
	})
}

func TestAddressOf(t *testing.T) {
	for from, want := range map[string]string{
		"127.0.0.1:80": "127.0.0.1/32", "[::ffff:127.0.0.1]:80": "127.0.0.1/32", "[2001:db8:1:2:3::4]:80": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80": "fe80::/64", "/run/socket": "invalid Prefix", "": "invalid Prefix",
	} {
		if got := addressOf(&net.UnixAddr{Name: from, Net: "unix"}); got.String() != want {
			t.Errorf("%s: %v, want %s", from, got, want)
		}
	}
	if addressOf(nil).IsValid() {
		t.Error("no address")
	}
	g := guesses{}
	for i := range 2 * mostAddresses {
		g.take(netip.PrefixFrom(netip.AddrFrom4([4]byte{1, 2, byte(i >> 8), byte(i)}), 32), 5, time.Unix(int64(i/100), 0))
	}
	if len(g) > mostAddresses {
		t.Errorf("%d addresses", len(g))
	}
}

func basic(name, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
}

func areas(t testing.TB, u *Users) *Areas {
	t.Helper()
	a, err := NewAreas([]Area{
		{Paths: []string{"/private", "/more/private/"}, Users: u, Realm: `a "quoted" \ realm`},
		{Paths: []string{"/private/bobs"}, Users: u, Only: []string{"bob"}},
		{Paths: []string{"/private/open"}, Public: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestBasic_Conform(t *testing.T) {
	a := areas(t, open(t, &Users{Fresh: time.Hour}))
	axontest.Conform(t, func() axon.Component { return &Basic{Areas: a} },
		axontest.FeedFunc("inbox", func() []*http1.Request {
			return []*http1.Request{{Path: "/"}, {Path: "/private"}, {Path: "/private", Header: http1.Header{{Name: "Authorization", Value: basic("carol", "secret")}}}}
		}))
}

func TestBasic(t *testing.T) {
	a := areas(t, open(t, &Users{Fresh: time.Hour, Guesses: -1}))
	alice := basic("alice", "secret")
	for name, tc := range map[string]struct {
		path   string
		fields []string // Authorization
		status int      // 0: it passes
		user   string
	}{
		"outside":                 {"/", nil, 0, ""},
		"outside, with a name":    {"/privately", []string{alice}, 0, ""},
		"no credentials":          {"/private", nil, 401, ""},
		"below":                   {"/private/a/b", nil, 401, ""},
		"with a slash":            {"/more/private", nil, 401, ""},
		"let in":                  {"/private", []string{alice}, 0, "alice"},
		"scheme in any case":      {"/private", []string{"bASIC" + alice[5:]}, 0, "alice"},
		"two spaces":              {"/private", []string{"Basic " + alice[5:]}, 0, "alice"},
		"wrong password":          {"/private", []string{basic("alice", "x")}, 401, ""},
		"unknown":                 {"/private", []string{basic("nobody", "secret")}, 401, ""},
		"no colon":                {"/private", []string{"Basic YWxpY2U="}, 401, ""},
		"not base64":              {"/private", []string{"Basic !!!"}, 401, ""},
		"nothing":                 {"/private", []string{"Basic"}, 401, ""},
		"another scheme":          {"/private", []string{"Bearer abc"}, 401, ""},
		"two fields":              {"/private", []string{alice, alice}, 401, ""},
		"control character":       {"/private", []string{basic("al\nice", "secret")}, 401, ""},
		"colon in the password":   {"/private", []string{basic("alice", "a:b")}, 401, ""},
		"not one of them":         {"/private/bobs/x", []string{alice}, 401, ""},
		"one of them":             {"/private/bobs", []string{basic("bob", "secret")}, 0, "bob"},
		"public within":           {"/private/open/a", nil, 0, ""},
		"beside the public":       {"/private/opening", nil, 401, ""},
		"name with a space":       {"/private", []string{basic("grace hopper", "secret")}, 0, "grace hopper"},
		"OPTIONS * has no area":   {"*", nil, 0, ""},
		"a name of a longer path": {"/private-too", nil, 0, ""},
		"an encoded slash":        {"/private%2Fa", nil, 401, ""},
		"into it by dots":         {"/a%2F..%2Fprivate", nil, 401, ""},
		"out of it by dots":       {"/private%2F..%2Fa", nil, 401, ""},
		"out of the public":       {"/private/open/a%2F..%2F..%2Fb", nil, 401, ""},
		"encoded, and let in":     {"/private%2Fa", []string{alice}, 0, "alice"},
		"encoded, and public":     {"/private%2Fopen", nil, 0, ""},
		"encoded elsewhere":       {"/a%2Fprivate", nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := &Basic{Areas: a}
			h := axontest.Run(t, b)
			req := &http1.Request{Method: "GET", Path: tc.path, Conn: &http1.Conn{Remote: home}}
			for _, f := range tc.fields {
				req.Header.Add("Authorization", f)
			}
			axontest.Send(h, &b.Inbox, req)
			if tc.status == 0 {
				got := axontest.Recv(h, &b.Outbox)
				if got.User != tc.user || (got.AuthType == "Basic") != (tc.user != "") || got.Path != tc.path {
					t.Errorf("%+v", got)
				}
				if req.User != "" {
					t.Error("the request itself was changed")
				}
				return
			}
			f := axontest.Recv(h, &b.Failures)
			if f.Status != tc.status || f.Request != req || f.Cause == nil || f.Stage != axontest.Unit {
				t.Errorf("%+v", f)
			}
			want := `Basic realm="a \"quoted\" \\ realm", charset="UTF-8"`
			if strings.HasPrefix(tc.path, "/private/bobs") {
				want = `Basic realm="restricted", charset="UTF-8"`
			}
			if got := f.Header.Get("WWW-Authenticate"); got != want {
				t.Errorf("challenge %s", got)
			}
		})
	}
}

// A whole site is protected, and all that is not a path of it too.
func TestBasic_Whole(t *testing.T) {
	a, err := NewAreas([]Area{{Users: open(t, &Users{})}, {Paths: []string{"/.well-known"}, Public: true}})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"/": true, "/a": true, "*": true, "": true, "/.well-known/acme": false, "/.well-known": false} {
		if got := a.find(path); (got != nil && !got.Public) != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func TestBasic_Statuses(t *testing.T) {
	u := open(t, &Users{Fresh: time.Nanosecond, Guesses: 1, Parallel: 1, Patience: time.Nanosecond})
	a, err := NewAreas([]Area{{Users: u}})
	if err != nil {
		t.Fatal(err)
	}
	b := &Basic{Areas: a}
	h := axontest.Run(t, b)
	ask := func(password string) *http1.Failure {
		axontest.Send(h, &b.Inbox, &http1.Request{Path: "/", Header: http1.Header{{Name: "Authorization", Value: basic("carol", password)}}})
		return axontest.Recv(h, &b.Failures)
	}
	u.slots <- struct{}{}
	if f := ask("a"); f.Status != 503 || f.Header.Get("Retry-After") == "" {
		t.Errorf("%+v", f)
	}
	<-u.slots
	if f := ask("b"); f.Status != 401 {
		t.Errorf("%+v", f)
	}
	if f := ask("c"); f.Status != 429 || f.Header.Get("Retry-After") == "" {
		t.Errorf("%+v", f)
	}
	if err := os.Remove(u.File); err != nil {
		t.Fatal(err)
	}
	if f := ask("secret"); f.Status != 500 || !errors.Is(f.Cause, os.ErrNotExist) {
		t.Errorf("%+v", f)
	}
}

func TestNewAreas_Mistakes(t *testing.T) {
	u := open(t, &Users{})
	for name, tc := range map[string]struct {
		area Area
		want string
	}{
		"no users":          {Area{Paths: []string{"/a"}}, "it needs users"},
		"public with users": {Area{Paths: []string{"/a"}, Users: u, Public: true}, "asks for no users"},
		"public, all":       {Area{Public: true}, "needs paths"},
		"realm":             {Area{Users: u, Paths: []string{"/a"}, Realm: "ä"}, "not printable ASCII"},
		"no slash":          {Area{Users: u, Paths: []string{"a"}}, "does not begin with a slash"},
		"star":              {Area{Users: u, Paths: []string{"/a/*"}}, "without a star"},
		"dots":              {Area{Users: u, Paths: []string{"/a/../b"}}, "without empty and dot segments"},
		"two slashes":       {Area{Users: u, Paths: []string{"/a//b"}}, "without empty and dot segments"},
		"twice":             {Area{Users: u, Paths: []string{"/b", "/b/"}}, "is there already"},
		"twice, elsewhere":  {Area{Users: u}, "is there already"},
	} {
		_, err := NewAreas([]Area{{Users: u}, tc.area})
		var at *AreaError
		if !errors.As(err, &at) || at.Index != 1 || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	if _, err := NewAreas([]Area{{Users: u, Paths: []string{"/", "/100%", "/a b", "/ä"}}}); err != nil {
		t.Error(err)
	}
	if (&Basic{}).Validate() == nil {
		t.Error("a Basic without Areas is taken")
	}
}

func FuzzCredentials(f *testing.F) {
	for _, s := range []string{basic("a", "b"), "Basic", "Basic ", "basic YTpi", "Bearer x", "Basic YQ==", "Basic  YTpi ", "BAsiC 0zp="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		name, password, err := credentials(http1.Header{{Name: "authorization", Value: field}})
		if err == nil && !strings.EqualFold(strings.Join(strings.Fields(field), ""), strings.ReplaceAll(basic(name, password), " ", "")) {
			t.Errorf("%q is taken for %q, %q", field, name, password)
		}
	})
}

func FuzzEntries(f *testing.F) {
	f.Add(written, "carol", "secret")
	f.Add("a:$1$x$y\nb:$6$rounds=1000$a$b", "a", "")
	f.Fuzz(func(t *testing.T, text, name, password string) {
		e, err := parseEntries(strings.NewReader(text), "f")
		if err != nil || strings.Contains(text, "$2") || strings.Contains(text, "rounds=") {
			return // slow
		}
		if e.match(name, password) && e.users[name] == nil {
			t.Error("an unknown user")
		}
	})
}

// What a request costs whose password is known, and what one costs that is new.
func BenchmarkCheck(b *testing.B) {
	u := open(b, &Users{Guesses: -1})
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if ok, _ := u.Check(b.Context(), "alice", "secret", home); !ok {
				b.Fatal("not known")
			}
		}
	})
	b.Run("bcrypt of cost 4", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			u.Check(b.Context(), "alice", fmt.Sprint(i), home)
		}
	})
}

func ExampleNewAreas() {
	_, err := NewAreas([]Area{{Paths: []string{"/admin/*"}, Realm: "admin"}})
	fmt.Println(err)
	// Output:
	// auth: area 1: it needs users
	// auth: area 1: path "/admin/*": all below a path is meant, without a star
}
