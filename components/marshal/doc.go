// Package marshal has values as bytes, by functions or by the values' own methods: Kamaelia's
// Marshaller and DeMarshaller.
package marshal
