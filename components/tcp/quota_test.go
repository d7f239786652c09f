package tcp_test

import (
	"fmt"
	"net"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A caller is the listener's end of a connection from some address.
type caller struct {
	net.Conn
	from string
}

func (c caller) RemoteAddr() net.Addr {
	if c.from == "" {
		return &net.UnixAddr{Name: "@"}
	}
	return &net.TCPAddr{IP: net.ParseIP(c.from), Port: 1}
}

// comesFrom lets a client come from an address.
func (h *hatch) comesFrom(address string) net.Conn {
	here, there := net.Pipe()
	h.calls <- call{conn: caller{here, address}}
	return there
}

// sorry makes the graph that tells a client that there is no room.
func sorry(conn net.Conn) (*axon.Graph, error) {
	return &axon.Graph{Name: "sorry", Parts: axon.Parts{{Name: "SORRY", Component: &sayer{conn, "sorry"}}}}, nil
}

func TestQuota_Each(t *testing.T) {
	for _, c := range []struct {
		name   string
		full   tcp.Full
		from   []string
		hear   []string
		number tcp.Usage
	}{
		{"one address", tcp.Queue, []string{"10.0.0.1", "10.0.0.1", "10.0.0.1"}, []string{"hello", "hello", "EOF"}, tcp.Usage{Open: 2, Accepted: 2, Refused: 1}},
		{"two addresses", tcp.Close, []string{"10.0.0.1", "10.0.0.2", "10.0.0.1"}, []string{"hello", "hello", "hello"}, tcp.Usage{Open: 3, Accepted: 3}},
		{"answered", tcp.Answer, []string{"10.0.0.1", "10.0.0.1", "10.0.0.1"}, []string{"hello", "hello", "sorry"}, tcp.Usage{Open: 2, Accepted: 2, Refused: 1}},
		{"one network of IPv6", tcp.Close, []string{"2001:db8::1", "2001:db8::ffff:1", "2001:db8::2"}, []string{"hello", "hello", "EOF"}, tcp.Usage{Open: 2, Accepted: 2, Refused: 1}},
		{"two networks", tcp.Close, []string{"2001:db8::1", "2001:db8:0:1::1", "2001:db8::2"}, []string{"hello", "hello", "hello"}, tcp.Usage{Open: 3, Accepted: 3}},
		{"IPv4 in IPv6", tcp.Close, []string{"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"}, []string{"hello", "hello", "EOF"}, tcp.Usage{Open: 2, Accepted: 2, Refused: 1}},
		{"no address", tcp.Close, []string{"", "", ""}, []string{"hello", "hello", "hello"}, tcp.Usage{Open: 3, Accepted: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, q := newHatch(), &tcp.Quota{Each: 2}
				x := axontest.Run(t, &tcp.Listener{Socket: h, Connection: greet, Quota: q, Full: c.full, Refusal: sorry})
				var conns []net.Conn
				for i, from := range c.from {
					conn := h.comesFrom(from)
					conns = append(conns, conn)
					if got := hears(t, conn); got != c.hear[i] {
						t.Errorf("client %d hears %q", i, got)
					}
				}
				synctest.Wait()
				if got := q.Usage(); got != c.number {
					t.Errorf("%+v", got)
				}
				for _, conn := range conns {
					conn.Close()
				}
				synctest.Wait()
				if got := q.Usage(); got.Open != 0 {
					t.Errorf("in the end %+v", got)
				}
				if conn := h.comesFrom(c.from[0]); hears(t, conn) != "hello" {
					t.Error("there is room again, and no welcome")
				} else {
					conn.Close()
				}
				x.Finish()
				if err := x.Wait(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// Two listeners share one bound, and neither starves the other.
func TestQuota_Shared(t *testing.T) {
	for _, full := range []tcp.Full{tcp.Queue, tcp.Answer, tcp.Close} {
		t.Run(fmt.Sprint(full), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &tcp.Quota{Most: 2}
				one, two := newHatch(), newHatch()
				for _, h := range []*hatch{one, two} {
					axontest.Run(t, &tcp.Listener{Socket: h, Connection: greet, Quota: q, Full: full, Refusal: sorry})
				}
				first, second := one.comesFrom("10.0.0.1"), one.comesFrom("10.0.0.2")
				hears(t, first)
				hears(t, second)
				third := two.comesFrom("10.0.0.3")
				synctest.Wait()
				want := map[tcp.Full]string{tcp.Answer: "sorry", tcp.Close: "EOF", tcp.Queue: "hello"}[full]
				if full == tcp.Queue {
					if u := q.Usage(); u.Open != 2 {
						t.Errorf("%+v", u)
					}
					first.Close()
				}
				if got := hears(t, third); got != want {
					t.Errorf("the third hears %q, want %q", got, want)
				}
				for _, c := range []net.Conn{first, second, third} {
					c.Close()
				}
			})
		})
	}
}

// More than a few are not told.
func TestQuota_ManyRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, q := newHatch(), &tcp.Quota{Most: 1}
		axontest.Run(t, &tcp.Listener{Socket: h, Connection: greet, Quota: q, Full: tcp.Answer, Refusal: sorry})
		first := h.comes()
		hears(t, first)
		told, closed := 0, 0
		var all []net.Conn
		for range 80 {
			all = append(all, h.comes())
		}
		synctest.Wait()
		for _, c := range all {
			if hears(t, c) == "sorry" {
				told++
			} else {
				closed++
			}
			c.Close()
		}
		if told != 64 || closed != 16 || q.Usage().Refused != 80 {
			t.Errorf("%d were told, %d closed, %+v", told, closed, q.Usage())
		}
		first.Close()
	})
}
