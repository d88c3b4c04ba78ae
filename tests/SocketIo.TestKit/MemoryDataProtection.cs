using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SocketIo.TestKit;

/// <summary>
/// Keeps the keys of ASP.NET Core's data protection in memory, where authentication brings it along. By default it reads them from the
/// home directory and makes them there, with warnings, when they are missing: a test would see what earlier runs left behind.
/// </summary>
internal static class MemoryDataProtection
{
    public static void AddMemoryDataProtection(this IServiceCollection services)
    {
        services.Configure<KeyManagementOptions>(static options => options.XmlRepository = new Repository());

        // each host makes keys now, and says each time that they are stored unencrypted
        services.AddLogging(static logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
    }

    private sealed class Repository : IXmlRepository
    {
        private readonly List<XElement> _elements = [];

        public IReadOnlyCollection<XElement> GetAllElements()
        {
            lock (_elements)
                return [.. _elements.Select(static element => new XElement(element))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            lock (_elements)
                _elements.Add(new XElement(element));
        }
    }
}
