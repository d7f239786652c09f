package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Basic lets a request pass if it has the name and password of a user who may
// enter its Area (RFC 7617), or if it is in no Area.
//
//	*Request ──▶ [ Basic ] ──▶ *Request
//	                └── failures ──▶ *Failure
//
// Behind it, User and AuthType of the request tell who it is. All others fail
// with 401 and the challenge; with 429 when too many wrong passwords came from
// the client's address, and 503 when too many are being compared.
type Basic struct {
	http1.RequestFilter

	// Areas are what is not for everybody.
	Areas *Areas
}

var (
	_ http1.RequestFilterPart = (*Basic)(nil)
	_ axon.Component          = (*Basic)(nil)
	_ axon.Validator          = (*Basic)(nil)
)

// Validate implements axon.Validator.
func (b *Basic) Validate() error {
	if b.Areas == nil {
		return errors.New("auth: a Basic needs Areas")
	}
	return nil
}

// Main implements axon.Component.
func (b *Basic) Main(ctx context.Context) error {
	for req := range b.Inbox.All(ctx) {
		if err := b.judge(ctx, req); err != nil {
			return err
		}
	}
	return nil
}

func (b *Basic) judge(ctx context.Context, req *http1.Request) error {
	var in *place // the last one that it was let into
	var name string
	for path := range readings(req.Path) {
		at := b.Areas.find(path)
		if at == nil || at.Public || at == in {
			continue
		}
		var err error
		if name, err = at.admit(ctx, req); err != nil {
			return b.Fail(ctx, req, 500, err)
		}
		in = at
	}
	if in == nil {
		return b.Pass(ctx, req)
	}
	on := req.Clone()
	on.User, on.AuthType = name, "Basic"
	return b.Pass(ctx, on)
}

// admit returns the name of the user that a request is from, or why it is not let
// in.
func (p *place) admit(ctx context.Context, req *http1.Request) (string, error) {
	name, password, err := credentials(req.Header)
	if err != nil {
		return "", p.refusal(err)
	}
	var from net.Addr
	if req.Conn != nil {
		from = req.Conn.Remote
	}
	ok, err := p.Users.Check(ctx, name, password, from)
	switch {
	case errors.Is(err, ErrBusy):
		return "", &http1.Failure{Status: 503, Cause: err, Header: http1.Header{{Name: "Retry-After", Value: "1"}}}
	case errors.Is(err, ErrGuesses):
		return "", &http1.Failure{Status: 429, Cause: err, Header: http1.Header{{Name: "Retry-After", Value: "60"}}}
	case err != nil:
		return "", err
	case !ok:
		return "", p.refusal(fmt.Errorf("auth: the name %q and the password do not belong together", name))
	case len(p.Only) > 0 && !slices.Contains(p.Only, name):
		return "", p.refusal(fmt.Errorf("auth: %q may not enter here", name))
	}
	return name, nil
}

// refusal asks the client to say who it is (RFC 9110 section 15.5.2). It may be
// somebody else, too.
func (p *place) refusal(cause error) *http1.Failure {
	return &http1.Failure{Status: 401, Cause: cause, Header: http1.Header{{Name: "WWW-Authenticate", Value: p.challenge}}}
}

var (
	errNone      = errors.New("auth: no credentials")
	errMalformed = errors.New("auth: not credentials of the Basic scheme")
)

// credentials returns the name and the password of a request (RFC 7617 section 2).
func credentials(h http1.Header) (name, password string, err error) {
	field := ""
	for v := range h.Values("Authorization") {
		if field != "" {
			return "", "", errMalformed // which of them would count?
		}
		field = v
	}
	if field == "" {
		return "", "", errNone
	}
	scheme, token, _ := strings.Cut(field, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", errMalformed
	}
	// Strict: credentials have one spelling (RFC 4648 section 3.5).
	text, err := base64.StdEncoding.Strict().DecodeString(strings.Trim(token, " "))
	if err != nil {
		return "", "", errMalformed
	}
	name, password, ok := strings.Cut(string(text), ":")
	if !ok || strings.ContainsFunc(string(text), func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "", errMalformed
	}
	return name, password, nil
}
