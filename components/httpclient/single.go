package httpclient

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/ends"
)

// SingleShot makes one request and ends: Kamaelia's SingleShotHTTPClient.
//
//	[ ONESHOT ─▶ CLIENT ] ──▶ Response
func SingleShot(r Request) axon.Component {
	return axon.Pipeline(&ends.OneShot[Request]{Message: r}, &Client{})
}
