package config

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
)

// Reload lets the Server, which runs, answer the requests that come from now on as
// another configuration says: those of open connections, too. No connection is
// closed or refused, and requests under way are answered as they would have been.
// What the old configuration has opened is closed when it is not needed any more.
//
// If there is a mistake in the new configuration, everything stays as it is, and
// the error is a Problems. If it changes what belongs to the process as a whole,
// the other changes take effect, and Reload names the keys that wait for the next
// start.
func (s *Server) Reload(c *Config) (waiting []string, err error) {
	next, err := c.Build()
	if err != nil {
		return nil, err
	}
	next.Site.ErrorLog = s.Site.ErrorLog
	if err := s.Site.Renew(&next.Site.Server); err != nil {
		return nil, errors.Join(err, next.Close())
	}
	waiting = s.config.waiting(c)
	s.Health, s.edition = next.Health, next
	return waiting, nil
}

// waiting returns the keys of another configuration that take no effect while the
// process runs.
func (c *Config) waiting(next *Config) (keys []string) {
	address := func(l []Listen) []Listen {
		if len(l) == 0 {
			return []Listen{{Address: defaultAddress}}
		}
		return l
	}
	log := func(l AccessLog) AccessLog {
		l.File, l.Format, l.Timings = cmp.Or(l.File, "-"), cmp.Or(l.Format, "combined"), false
		return l
	}
	for key, same := range map[string]bool{
		"listen":     reflect.DeepEqual(address(c.Listen), address(next.Listen)),
		"admin":      reflect.DeepEqual(c.Admin, next.Admin),
		"access-log": log(c.AccessLog) == log(next.AccessLog),
		"http2":      c.HTTP2 == next.HTTP2,
		"grace":      c.Grace == next.Grace,
	} {
		if !same {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
