using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Clustering.Certificates;

/// <summary>Reads the alternative names of a certificate (RFC 5280, 4.2.1.6) that the base library does not.</summary>
internal static class AlternativeNames
{
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The addresses of resources (URIs); none if they cannot be read.</summary>
    internal static IReadOnlyList<string> UrisOf(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is not { } extension)
            return [];
        var uris = new List<string>();
        try
        {
            for (var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); names.HasData;)
            {
                if (names.PeekTag().HasSameClassAndValue(Uri))
                    uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
                else
                    names.ReadEncodedValue();
            }
            return uris;
        }
        catch (Exception failure) when (failure is AsnContentException or CryptographicException)
        {
            return [];
        }
    }
}
