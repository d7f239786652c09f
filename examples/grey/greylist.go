package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// A Triplet is who writes to whom from where.
type Triplet struct {
	Network   string `json:"network"`
	Sender    string `json:"sender"`
	Recipient string `json:"recipient"`
}

// A Record is a Triplet that was let in, and when.
type Record struct {
	Triplet
	At time.Time `json:"at"`
}

const (
	comeAgain = 2 * 24 * time.Hour  // who is new has so long to come again
	keep      = 35 * 24 * time.Hour // who was let in is known so long, from the last mail on
	mostKnown = 100_000             // more are let in unseen: mail is worth more than memory
)

// A Greylist knows who has written before. All sessions share it.
type Greylist struct {
	// Wait is how long who is new has to wait.
	Wait time.Duration

	mu    sync.Mutex
	first map[Triplet]time.Time // who waits, since when
	known map[Triplet]time.Time // who was let in, and is recorded as of when
}

// Ask returns how long a Triplet has to wait; 0 lets it in. A record is to be kept if there
// is one.
func (g *Greylist) Ask(t Triplet, now time.Time) (wait time.Duration, record *Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		g.first, g.known = map[Triplet]time.Time{}, map[Triplet]time.Time{}
	}
	if at, ok := g.known[t]; ok && now.Sub(at) < keep {
		if now.Sub(at) < 24*time.Hour {
			return 0, nil
		}
		g.known[t] = now
		return 0, &Record{t, now}
	}
	first, ok := g.first[t]
	switch {
	case (!ok || now.Sub(first) > comeAgain) && !g.room(now):
		return 0, nil
	case !ok || now.Sub(first) > comeAgain:
		g.first[t] = now
		return max(g.Wait, time.Second), nil
	case now.Sub(first) < g.Wait:
		return max(g.Wait-now.Sub(first), time.Second), nil
	}
	delete(g.first, t)
	g.known[t] = now
	return 0, &Record{t, now}
}

// room makes room for one more, if it can.
func (g *Greylist) room(now time.Time) bool {
	if len(g.first)+len(g.known) < mostKnown {
		return true
	}
	for t, at := range g.first {
		if now.Sub(at) > comeAgain {
			delete(g.first, t)
		}
	}
	for t, at := range g.known {
		if now.Sub(at) > keep {
			delete(g.known, t)
		}
	}
	return len(g.first)+len(g.known) < mostKnown
}

// Load reads the records of a file, and writes it anew without those that are too old.
func (g *Greylist) Load(file string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	g.first, g.known = map[Triplet]time.Time{}, map[Triplet]time.Time{}
	for s, n := bufio.NewScanner(bytes.NewReader(text)), 1; s.Scan(); n++ {
		var r Record
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return fmt.Errorf("%s, line %d: %w", file, n, err)
		}
		if time.Since(r.At) < keep {
			g.known[r.Triplet] = r.At
		}
	}
	var live bytes.Buffer
	for t, at := range g.known {
		if err := json.NewEncoder(&live).Encode(Record{t, at}); err != nil {
			return err
		}
	}
	if err := os.WriteFile(file+".new", live.Bytes(), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// network is the network of an address: whoever sends much mail has several addresses.
func network(a net.Addr) string {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	bits := 24
	if ip := at.Addr().Unmap(); ip.Is6() {
		bits = 64
	}
	prefix, err := at.Addr().Unmap().WithZone("").Prefix(bits)
	if err != nil {
		return at.Addr().String()
	}
	return prefix.String()
}
