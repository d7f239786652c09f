package tcp_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/kamaelia-go/kamaelia/components/tcp"
)

func TestParseAddress(t *testing.T) {
	for _, c := range []struct {
		text string
		want tcp.Address
	}{
		{"127.0.0.1:8080", tcp.Address{Network: "tcp", Name: "127.0.0.1:8080"}},
		{"[::1]:80", tcp.Address{Network: "tcp", Name: "[::1]:80"}},
		{":0", tcp.Address{Network: "tcp", Name: ":0"}},
		{"localhost:http", tcp.Address{Network: "tcp", Name: "localhost:http"}},
		{"unix:/run/a.sock", tcp.Address{Network: "unix", Name: "/run/a.sock"}},
		{"unix:a:b", tcp.Address{Network: "unix", Name: "a:b"}},
		{"unix:/run/a,mode=0660", tcp.Address{Network: "unix", Name: "/run/a", Mode: 0o660}},
		{"unix:/run/a,mode=777", tcp.Address{Network: "unix", Name: "/run/a", Mode: 0o777}},
		{"unix:/run/,mode=7/a", tcp.Address{Network: "unix", Name: "/run/,mode=7/a"}},
		{"systemd:", tcp.Address{Network: "systemd"}},
		{"systemd:web", tcp.Address{Network: "systemd", Name: "web"}},
		{"fd:3", tcp.Address{Network: "fd", Name: "3"}},
	} {
		got, err := tcp.ParseAddress(c.text)
		if err != nil || got != c.want {
			t.Errorf("%q: %+v, %v", c.text, got, err)
		}
	}
	for _, text := range []string{
		"", "8080", "localhost", "::1", "host:port:1", "host:nosuchport", "host:99999", "unix:", "unix:,mode=0600",
		"unix:/a,mode=", "unix:/a,mode=0888", "unix:/a,mode=1777", "unix:/a,mode=0", "unix:a\x00b", "fd:", "fd:2", "fd:x",
	} {
		var fault *net.AddrError
		if a, err := tcp.ParseAddress(text); !errors.As(err, &fault) {
			t.Errorf("%q: %+v, %v", text, a, err)
		}
	}
}

// What is read is told in the same words.
func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"a:1", "[::1]:80", "unix:/a,mode=0600", "unix:x,mode=1,mode=2", "systemd:a", "fd:9", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := tcp.ParseAddress(text)
		if err != nil {
			return
		}
		if again, err := tcp.ParseAddress(a.String()); err != nil || again != a {
			if a.Network == "fd" { // fd:03 is fd:3
				return
			}
			t.Errorf("%q is %+v, and %q is %+v, %v", text, a, a.String(), again, err)
		}
	})
}

func TestListen_Systemd(t *testing.T) {
	t.Setenv("LISTEN_PID", "1")
	t.Setenv("LISTEN_FDS", "1")
	if _, err := tcp.ListenAll("systemd:"); err == nil {
		t.Error("the sockets of another process are taken")
	}
	t.Setenv("LISTEN_PID", fmt.Sprint(os.Getpid()))
	t.Setenv("LISTEN_FDNAMES", "web")
	if _, err := tcp.ListenAll("systemd:other"); err == nil {
		t.Error("a name that is none is taken")
	}
}

func ExampleParseAddress() {
	a, err := tcp.ParseAddress("unix:/run/site.sock,mode=0660")
	fmt.Println(a.Network, a.Name, a.Mode, err)
	_, err = tcp.ParseAddress("unix:/run/site.sock,mode=rw")
	fmt.Println(err)
	// Output:
	// unix /run/site.sock -rw-rw---- <nil>
	// address unix:/run/site.sock,mode=rw: mode "rw" is not from 0001 to 0777
}
