package nethttp_test

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
)

func TestSource_Conforms(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &nethttp.Source{} })
}

func TestSink_Conforms(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &nethttp.Sink{} },
		axontest.FeedFunc("inbox", func() []*http1.Response {
			late := http1.NewBody(0)
			return []*http1.Response{nil, {}, {Request: &http1.Request{}, Status: 200, Stream: late}}
		}))
}

// An answer that nobody waits for is closed.
func TestSink_LateAnswer(t *testing.T) {
	s := &nethttp.Sink{}
	run := axontest.Run(t, s)
	body := http1.NewBody(0)
	axontest.Send(run, &s.Inbox, &http1.Response{Request: &http1.Request{}, Status: 200, Stream: body})
	within(t, "close of the stream", body.Abandoned())
}
