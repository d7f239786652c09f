package auth

import (
	"net"
	"net/netip"
	"time"
)

// How much is remembered.
const (
	mostVerdicts  = 4096
	mostAddresses = 4096
)

// verdicts are keys of names with passwords that were compared. It forgets one,
// any, for each that it has no room for.
type verdicts map[[32]byte]struct{}

func (v verdicts) has(key [32]byte) bool {
	_, ok := v[key]
	return ok
}

func (v *verdicts) add(key [32]byte) {
	if *v == nil {
		*v = verdicts{}
	}
	for old := range *v {
		if len(*v) < mostVerdicts {
			break
		}
		delete(*v, old)
	}
	(*v)[key] = struct{}{}
}

// guesses count, for each address, the wrong passwords that it may still try. An
// address that is not in it has all of them.
type guesses map[netip.Prefix]*purse

// A purse holds guesses, which come back with time.
type purse struct {
	left float64
	at   time.Time
}

// take takes a guess, of limit in a minute, and reports whether there was one.
func (g *guesses) take(from netip.Prefix, limit int, now time.Time) bool {
	if limit == 0 {
		return true
	}
	if *g == nil {
		*g = guesses{}
	}
	p := (*g)[from]
	if p == nil {
		g.room(limit, now)
		p = &purse{float64(limit), now}
		(*g)[from] = p
	}
	p.fill(limit, now)
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}

// giveBack gives back the guess of a password that was right.
func (g guesses) giveBack(from netip.Prefix) {
	if p := g[from]; p != nil {
		p.left++
	}
}

// room forgets the addresses that have all their guesses again, when there are
// many, and any other if that does not help.
func (g guesses) room(limit int, now time.Time) {
	if len(g) < mostAddresses {
		return
	}
	for from, p := range g {
		if p.fill(limit, now); p.left >= float64(limit) {
			delete(g, from)
		}
	}
	for from := range g {
		if len(g) < mostAddresses {
			return
		}
		delete(g, from)
	}
}

func (p *purse) fill(limit int, now time.Time) {
	p.left = min(float64(limit), p.left+now.Sub(p.at).Minutes()*float64(limit))
	p.at = now
}

// addressOf is what guesses are counted for: an address of IPv4, a /64 of IPv6, or
// all that have no such address.
func addressOf(from net.Addr) netip.Prefix {
	if from == nil {
		return netip.Prefix{}
	}
	at, err := netip.ParseAddrPort(from.String())
	if err != nil {
		return netip.Prefix{}
	}
	addr, bits := at.Addr().Unmap(), 64
	if addr.Is4() {
		bits = 32
	}
	prefix, _ := addr.WithZone("").Prefix(bits)
	return prefix
}
