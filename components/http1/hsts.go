package http1

import (
	"errors"
	"strconv"
	"time"
)

// HSTS is what a server says to make clients come by TLS alone from then on:
// Strict-Transport-Security (RFC 6797 section 6.1). It is said over TLS only
// (section 7.2).
type HSTS struct {
	// MaxAge is how long clients shall remember it, in full seconds. Zero takes
	// it back.
	MaxAge time.Duration

	// Subdomains says that it is for all hosts below this one, too.
	Subdomains bool

	// Preload says that browsers may come with this knowledge: what their makers
	// ask for. It can hardly be taken back.
	Preload bool
}

// Validate reports what makes no sense.
func (h HSTS) Validate() error {
	switch {
	case h.MaxAge < 0:
		return errors.New("http1: HSTS: MaxAge is negative")
	case h.Preload && (!h.Subdomains || h.MaxAge < 365*24*time.Hour):
		return errors.New("http1: HSTS: Preload asks for Subdomains and a year at least")
	}
	return nil
}

// String returns the value of the field.
func (h HSTS) String() string {
	value := "max-age=" + strconv.FormatInt(int64(h.MaxAge/time.Second), 10)
	if h.Subdomains {
		value += "; includeSubDomains"
	}
	if h.Preload {
		value += "; preload"
	}
	return value
}

// Line returns the field line, with CR LF at its end: see Writer.Fields.
func (h HSTS) Line() []byte { return []byte("Strict-Transport-Security: " + h.String() + "\r\n") }
